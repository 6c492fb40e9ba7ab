#include "rtlib/engine/lazy_memory.h"

#include <cstring>

#include "rtlib/base/text.h"
#include "rtlib/engine/image_rows.h"
#include "rtlib/state/chunk_blob.h"

namespace perdure {

Result<std::unique_ptr<LazyMemory>> LazyMemory::Create(Guest* guest, CommittedImage* image,
                                                       Store* store, ChunkOverlay overlay,
                                                       ChunkMap chunks) {
  std::unique_ptr<LazyMemory> lazy(
      new LazyMemory(guest->program(), image, store, std::move(overlay), std::move(chunks)));
  const uint32_t count = guest->program().memory_count;
  lazy->memories_.resize(count);  // now: their addresses are given away
  for (uint32_t i = 0; i < count; ++i) {
    const wasm_rt_memory_t& memory = *guest->memory(i);
    Memory& ours = lazy->memories_[i];
    ours.owner = lazy.get();
    ours.index = i;
    if (memory.size == 0) continue;
    PERDURE_ASSIGN_OR_RETURN(ours.pages,
                             MissingPages::Create(memory.data, memory.size, Load, &ours));
  }
  return lazy;
}

// In a fault handler (track/missing_pages.h).
bool LazyMemory::Load(void* memory, uint64_t chunk, uint8_t* bytes) {
  const auto* ours = static_cast<const Memory*>(memory);
  LazyMemory* self = ours->owner;
  const uint64_t id = ChunkId(ours->index, chunk);
  if (self->failure_.ok()) self->failure_ = self->Read(id, bytes);
  if (!self->failure_.ok()) return false;
  self->PutIntoImage(id, bytes);  // (L1)
  return true;
}

Status LazyMemory::Read(uint64_t id, uint8_t* bytes) {
  PERDURE_ASSIGN_OR_RETURN(const bool has_row, store_.ReadChunk(Image::kBase, id, &blob_));
  if (has_row != chunks_.Has(id) && !overlay_.Changes(id)) {
    return Status(StatusCode::kCorrupt,
                  StrCat("base chunk ", ChunkIdNumber(id), " of memory ", ChunkIdMemory(id),
                         has_row ? " should not be there" : " is missing"));
  }
  if (has_row) {
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, blob_, bytes, &hash));
  } else {
    std::memset(bytes, 0, kBaseChunkBytes);
  }
  overlay_.Apply(id, bytes);
  return OkStatus();
}

// The image's untouched pages are zeros already, and take no room.
void LazyMemory::PutIntoImage(uint64_t id, const uint8_t* bytes) {
  if (IsZeroChunk(bytes)) return;
  std::memcpy(image_.memory(ChunkIdMemory(id)) + ChunkIdNumber(id) * kBaseChunkBytes, bytes,
              kBaseChunkBytes);
}

uint64_t LazyMemory::loaded() const {
  uint64_t chunks = 0;
  for (const Memory& memory : memories_) {
    if (memory.pages != nullptr) chunks += memory.pages->loaded();
  }
  return chunks;
}

// Inside the memory as it was when the state was opened, and not in the image yet.
bool LazyMemory::IsWanted(uint64_t id) const {
  const uint32_t index = ChunkIdMemory(id);
  return index < memories_.size() && memories_[index].pages != nullptr &&
         !memories_[index].pages->IsPresent(ChunkIdNumber(id));
}

Status LazyMemory::LoadImage(const ImageHeader& base) {
  PERDURE_TRY(failure_);
  RowTally tally;
  uint8_t bytes[kBaseChunkBytes];
  const auto take = [&](uint64_t id, std::string_view blob) {
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, blob, bytes, &hash));
    tally.AddChunk(hash);
    if (!IsWanted(id)) return OkStatus();
    overlay_.Apply(id, bytes);
    PutIntoImage(id, bytes);
    return OkStatus();
  };
  PERDURE_TRY(store_.ForEachChunk(Image::kBase, take));
  for (std::optional<uint64_t> id = overlay_.Next(0); id.has_value(); id = overlay_.Next(*id + 1)) {
    if (!IsWanted(*id)) continue;
    PERDURE_TRY(Read(*id, bytes));
    PutIntoImage(*id, bytes);
  }
  SmallState ignored(program_);
  ChunkMap chunks;
  PERDURE_TRY(ReadSections(Image::kBase, program_, &store_, &ignored, &chunks, &tally));
  if (tally == TallyOf(base)) return OkStatus();
  return Status(StatusCode::kCorrupt, "the base rows are not those the header was written with");
}

}  // namespace perdure
