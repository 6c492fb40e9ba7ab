#include "rtlib/engine/creation.h"

#include "rtlib/engine/global_mirror.h"
#include "rtlib/engine/image_rows.h"
#include "rtlib/state/chunk_blob.h"
#include "rtlib/track/existing_pages.h"
#include "rtlib/track/userfault.h"

namespace perdure {
namespace {

// The chunks of a memory of `pages` that have been touched. The others are zeros, and are not even
// read: then they would exist, and each event would have to look at them as long as this process
// lives (64 MiB: 20 us).
std::vector<ChunkRange> ExistingChunks(const uint8_t* data, uint64_t pages) {
  std::vector<ChunkRange> chunks;
  AppendExistingPages(data, 0, pages * kPageBytes / PageBytes(), &chunks);
  const uint64_t chunks_a_page = PageBytes() / kChunkBytes;
  for (ChunkRange& range : chunks) {
    range = {range.begin * chunks_a_page, range.end * chunks_a_page};
  }
  return chunks;
}

}  // namespace

Status WriteInitialBase(Guest* guest, Store* store, CommittedImage* image, PreImages* pre_images,
                        StateHeader* header) {
  const perdure_program& program = guest->program();
  PERDURE_ASSIGN_OR_RETURN(
      const SmallState small,
      CaptureSmallState(program, guest->instance(), guest->host(), guest->functions()));
  RowTally tally;
  ChunkMap chunks;
  for (uint32_t i = 0; i < program.memory_count; ++i) {
    const uint64_t pages = small.memory_pages[i];
    PERDURE_TRY(image->MakeRoom(i, pages));
    image->SetPages(i, pages);
    const uint8_t* data = guest->memory(i)->data;
    for (const ChunkRange& written : ExistingChunks(data, pages)) {
      for (uint64_t chunk = written.begin; chunk < written.end; ++chunk) {
        const uint8_t* raw = data + chunk * kBaseChunkBytes;
        if (IsZeroChunk(raw)) continue;
        const ChunkBlob blob = EncodeChunk(ChunkId(i, chunk), raw);
        tally.AddChunk(blob.hash);
        chunks.Set(ChunkId(i, chunk), true);
        PERDURE_TRY(store->PutChunk(Image::kBase, ChunkId(i, chunk), blob.bytes));
        pre_images->Arrived(i, chunk, raw, /*is_protected=*/true);
      }
    }
  }
  image->TakeSmallState(guest);
  PERDURE_TRY(PutSections(Image::kBase, small, &chunks, program, store, &tally));
  PERDURE_TRY(PutGlobalMirrors(program, small, store));
  header->base = {.seq = 0, .hash = 0, .folding_seq = 0, .chunks = 0, .digest = 0};
  header->past = header->base;
  tally.Store(&header->base);
  return OkStatus();
}

}  // namespace perdure
