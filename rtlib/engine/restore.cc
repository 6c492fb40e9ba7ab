#include "rtlib/engine/restore.h"

#include <cstdlib>
#include <cstring>

#include "rtlib/abi/memory.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/fold.h"
#include "rtlib/engine/image_rows.h"
#include "rtlib/state/chunk_blob.h"
#include "rtlib/state/delta_reader.h"
#include "rtlib/state/stack_verifier.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {
namespace {

Status Corrupt(std::string message) { return Status(StatusCode::kCorrupt, std::move(message)); }

// Writes to the guest's memories and to the committed image alike.
class GuestSink final : public MemorySink {
 public:
  GuestSink(Guest* guest, CommittedImage* image) : guest_(*guest), image_(*image) {}

  Status Resize(uint32_t memory, uint64_t /*before*/, uint64_t pages) override {
    PERDURE_TRY(image_.MakeRoom(memory, pages));
    image_.SetPages(memory, pages);
    if (abi::ResizeMemory(guest_.memory(memory), pages)) return OkStatus();
    return Status(StatusCode::kResourceExhausted,
                  StrCat("no memory for the ", pages * kPageBytes, " bytes of memory ", memory));
  }

  Status Write(uint32_t memory, uint64_t offset, std::string_view bytes) override {
    std::memcpy(guest_.memory(memory)->data + offset, bytes.data(), bytes.size());
    std::memcpy(image_.memory(memory) + offset, bytes.data(), bytes.size());
    return OkStatus();
  }

  // Empties the memories and gives them the sizes of the base.
  Status Reset(const SmallState& small) {
    for (uint32_t i = 0; i < small.memory_pages.size(); ++i) {
      if (!abi::ResizeMemory(guest_.memory(i), 0)) {
        return Status(StatusCode::kResourceExhausted, StrCat("cannot discard memory ", i));
      }
      PERDURE_TRY(Resize(i, 0, small.memory_pages[i]));
    }
    return OkStatus();
  }

 private:
  Guest& guest_;
  CommittedImage& image_;
};

// While a fold is under way there may be chunks of a memory's later, larger size. The events that
// made it larger have all that is in them.
Status RestoreChunks(const ImageHeader& base, const SmallState& small, Store* store,
                     GuestSink* sink, RowTally* tally) {
  const bool is_folding = base.folding_seq > base.seq;
  uint64_t next_id = 0;
  return store->ForEachChunk(Image::kBase, [&](uint64_t id, std::string_view blob) {
    const uint32_t memory = ChunkIdMemory(id);
    const uint64_t chunk = ChunkIdNumber(id);
    const bool is_outside =
        memory >= small.memory_pages.size() || chunk >= small.memory_pages[memory] * kChunksPerPage;
    if (is_outside && !is_folding) {
      return Corrupt(StrCat("base chunk ", chunk, " of memory ", memory, " is outside the memory"));
    }
    if (id < next_id) return Corrupt("base chunks are out of order");
    next_id = id + 1;
    uint8_t raw[kBaseChunkBytes];
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, blob, raw, &hash));
    tally->AddChunk(hash);
    if (is_outside) return OkStatus();
    return sink->Write(memory, chunk * kBaseChunkBytes,
                       {reinterpret_cast<const char*>(raw), kBaseChunkBytes});
  });
}

Status ReplayEvents(const StateHeader& header, const perdure_program& program, Store* store,
                    SmallState* small, MemorySink* sink, Restored* restored) {
  restored->newest = {header.base.seq, header.base.hash};
  bool sealed_seen = header.sealed_seq == header.base.seq;
  const auto replay = [&](const EventRecord& event) {
    PERDURE_TRY(Follow(event, &restored->newest));
    if (event.seq == header.sealed_seq) {
      if (event.hash != header.sealed_hash) {
        return Corrupt(StrCat("event ", event.seq, " is not the one the state was sealed with"));
      }
      sealed_seen = true;
    }
    ++restored->events;
    restored->fold_weight += FoldWeight(event);
    return ApplyDelta(event.delta, program, small, sink).WithContext(StrCat("event ", event.seq));
  };
  PERDURE_TRY(store->ForEachEvent(header.base.seq, replay));
  if (sealed_seen) return OkStatus();
  return Corrupt(StrCat("events ", restored->newest.seq + 1, " to ", header.sealed_seq,
                        " are missing from the end of the log"));
}

// Sets restored->lazy and *small to the newest event, or neither, if the state has to be read
// whole.
Status RestoreLazily(const StateHeader& header, Store* store, Guest* guest, CommittedImage* image,
                     ChunkMap chunks, SmallState* small, Restored* restored) {
  const perdure_program& program = guest->program();
  SmallState newest = *small;
  ChunkOverlay overlay;
  PERDURE_TRY(ReplayEvents(header, program, store, &newest, &overlay, restored));
  const bool starts_anew = IsCommand(program) && newest.stack.empty();
  if (starts_anew || overlay.size() > kLazyOverlayChunksMax) return OkStatus();
  PERDURE_TRY(GuestSink(guest, image).Reset(newest));
  PERDURE_ASSIGN_OR_RETURN(
      restored->lazy,
      LazyMemory::Create(guest, image, store, std::move(overlay), std::move(chunks)));
  *small = std::move(newest);
  return OkStatus();
}

}  // namespace

Status VerifyHeader(const StateHeader& header, const perdure_program& program) {
  if (header.format_version != kStateFormatVersion) {
    return Status(
        StatusCode::kIncompatible,
        StrCat("the state has format version ", header.format_version, ", this program reads ",
               kStateFormatVersion, "; use a program built by a perdure that knows it"));
  }
  if (HeaderHash(header) != header.hash) return Corrupt("the header does not match its hash");
  if (std::memcmp(header.module_hash, program.module_hash, sizeof(header.module_hash)) != 0) {
    return Status(StatusCode::kIncompatible,
                  StrCat("the state belongs to another module (program '", header.program_name,
                         "'); give this program a state of its own, or begin again with "
                         "--perdure-fresh"));
  }
  if (header.sealed_seq < header.base.folding_seq ||
      (header.sealed_seq == header.base.seq && header.sealed_hash != header.base.hash)) {
    return Corrupt("the header was sealed before its own base");
  }
  if (header.base.folding_seq < header.base.seq || header.past.folding_seq < header.past.seq ||
      header.past.seq > header.base.seq || header.past.folding_seq > header.base.folding_seq) {
    return Corrupt("the header's positions are out of order");
  }
  if (header.released_seq > header.sealed_seq) {
    return Corrupt("the header says that events have left that came after it");
  }
  return OkStatus();
}

Result<RestoreMode> ChooseRestoreMode() {
  const char* asked = std::getenv("PERDURE_RESTORE");
  const std::string_view mode = asked == nullptr ? "" : asked;
  if (mode.empty()) return RestoreMode::kAuto;
  if (mode == "whole") return RestoreMode::kWhole;
  if (mode != "lazy") {
    return Status(StatusCode::kInvalidArgument,
                  StrCat("PERDURE_RESTORE: no mode '", mode, "'; the modes are whole and lazy"));
  }
  PERDURE_TRY(MissingPagesVerdict().WithContext(
      "PERDURE_RESTORE=lazy does not work here (unset it to have a mode chosen)"));
  return RestoreMode::kLazy;
}

Result<Restored> RestoreState(const StateHeader& header, Store* store, Guest* guest,
                              CommittedImage* image, RestoreMode mode) {
  const perdure_program& program = guest->program();
  SmallState small(program);
  ChunkMap chunks;
  RowTally tally;
  PERDURE_TRY(ReadSections(Image::kBase, program, store, &small, &chunks, &tally));
  GuestSink sink(guest, image);
  Restored restored;
  if (mode == RestoreMode::kAuto) {
    const bool is_large = header.base.chunks >= kLazyChunksMin && MissingPagesVerdict().ok();
    mode = is_large ? RestoreMode::kLazy : RestoreMode::kWhole;
  }
  if (mode == RestoreMode::kLazy) {
    PERDURE_TRY(RestoreLazily(header, store, guest, image, std::move(chunks), &small, &restored));
  }
  if (restored.lazy == nullptr) {
    restored = {};
    PERDURE_TRY(sink.Reset(small));
    PERDURE_TRY(RestoreChunks(header.base, small, store, &sink, &tally));
    if (tally != TallyOf(header.base)) {
      return Corrupt("the base rows are not those the header was written with");
    }
    restored.chunks = tally.chunks;
    PERDURE_TRY(ReplayEvents(header, program, store, &small, &sink, &restored));
  }
  PERDURE_TRY(
      ApplySmallState(small, program, guest->instance(), &guest->host(), guest->functions()));
  guest->stack() = small.stack;
  image->TakeSmallState(guest);
  PERDURE_TRY(wasi::DecodeHostTable(&guest->host()));
  return restored;
}

}  // namespace perdure
