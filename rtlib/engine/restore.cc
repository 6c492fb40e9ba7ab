#include "rtlib/engine/restore.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstdlib>
#include <cstring>
#include <vector>

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

// Writes to the guest's memories, and keeps account of where.
class GuestSink final : public MemorySink {
 public:
  GuestSink(Guest* guest, CommittedImage* image) : guest_(*guest), image_(*image) {}

  Status Resize(uint32_t memory, uint64_t before, uint64_t pages) override {
    has_shrunk_ |= pages < before;
    PERDURE_TRY(image_.MakeRoom(memory, pages));
    image_.SetPages(memory, pages);
    if (abi::ResizeMemory(guest_.memory(memory), pages)) return OkStatus();
    return Status(StatusCode::kResourceExhausted,
                  StrCat("no memory for the ", pages * kPageBytes, " bytes of memory ", memory));
  }

  Status Write(uint32_t memory, uint64_t offset, std::string_view bytes) override {
    std::memcpy(guest_.memory(memory)->data + offset, bytes.data(), bytes.size());
    const uint64_t end = (offset + bytes.size() + kBaseChunkBytes - 1) / kBaseChunkBytes;
    AppendTouched(memory, {offset / kBaseChunkBytes, end});
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

  // Has the image hold what events changed.
  void HoldTouched(PreImages* pre_images) const {
    if (has_shrunk_) return pre_images->HoldAll(/*use_up=*/false);
    for (const auto& [memory, chunks] : touched_) {
      for (uint64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
        pre_images->Hold(memory, chunk);
      }
    }
  }

  // And what is compared with the first events.
  void HoldCompared(PreImages* pre_images) const {
    for (uint32_t i = 0; i < guest_.program().memory_count; ++i) {
      const uint64_t bytes = guest_.memory(i)->size;
      if (bytes == 0 || !IsComparedAtFirst(bytes)) continue;
      // Both are going to be read to the end. All pages at once cost less than a fault for each.
      madvise(guest_.memory(i)->data, bytes, MADV_POPULATE_READ);
      madvise(image_.memory(i), bytes, MADV_POPULATE_READ);
      for (uint64_t chunk = 0; chunk < bytes / kBaseChunkBytes; ++chunk) pre_images->Hold(i, chunk);
    }
  }

 private:
  struct Touched {
    uint32_t memory;
    ChunkRange chunks;
  };

  // The runs of a delta ascend, so many of them are in the chunk of the one before.
  void AppendTouched(uint32_t memory, ChunkRange chunks) {
    if (!touched_.empty()) {
      Touched& last = touched_.back();
      if (last.memory == memory && last.chunks.begin <= chunks.begin &&
          chunks.begin <= last.chunks.end) {
        last.chunks.end = std::max(last.chunks.end, chunks.end);
        return;
      }
    }
    touched_.push_back({memory, chunks});
  }

  Guest& guest_;
  CommittedImage& image_;
  std::vector<Touched> touched_;
  bool has_shrunk_ = false;
};

// Has the kernel make the pages that are going to be filled, many at a time: a fault for each would
// cost as much as what is put into it.
class Populator {
 public:
  // `chunk` is going to be written; those behind it too, if the memory is densely filled.
  void Prepare(uint8_t* memory, uint64_t chunk, uint64_t chunk_count) {
    if (memory == memory_ && chunk < end_) return;
    const bool is_dense = memory == memory_ && chunk == end_;
    memory_ = memory;
    end_ = chunk + 1;
    if (!is_dense) return;
    end_ = std::min(chunk + kChunks, chunk_count);
    // Without it (Linux 5.14) pages are made one by one.
    madvise(memory + chunk * kBaseChunkBytes, (end_ - chunk) * kBaseChunkBytes,
            MADV_POPULATE_WRITE);
  }

 private:
  // 256 KiB: what has been zeroed is still in the cache when it is filled, and of a memory in which
  // a hole follows no more than this is made in vain.
  static constexpr uint64_t kChunks = 64;
  uint8_t* memory_ = nullptr;
  uint64_t end_ = 0;
};

// While a fold is under way there may be chunks of a memory's later, larger size. The events that
// made it larger have all that is in them.
Status RestoreChunks(const ImageHeader& base, const SmallState& small, Store* store, Guest* guest,
                     RowTally* tally) {
  const bool is_folding = base.folding_seq > base.seq;
  uint64_t next_id = 0;
  Populator populator;
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
    uint8_t outside[kBaseChunkBytes];
    uint8_t* raw = outside;
    if (!is_outside) {
      uint8_t* data = guest->memory(memory)->data;
      populator.Prepare(data, chunk, small.memory_pages[memory] * kChunksPerPage);
      raw = data + chunk * kBaseChunkBytes;
    }
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, blob, raw, &hash));
    tally->AddChunk(hash);
    return OkStatus();
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
                     ChunkMap chunks, MemoryUse memory_use, SmallState* small, Restored* restored) {
  const perdure_program& program = guest->program();
  SmallState newest = *small;
  ChunkOverlay overlay;
  PERDURE_TRY(ReplayEvents(header, program, store, &newest, &overlay, restored));
  const bool starts_anew = IsCommand(program) && newest.stack.empty();
  if (starts_anew || overlay.size() > kLazyOverlayChunksMax) return OkStatus();
  PERDURE_TRY(GuestSink(guest, image).Reset(newest));
  const auto origin =
      memory_use == MemoryUse::kLow ? PreImages::Origin::kCapture : PreImages::Origin::kImage;
  PERDURE_ASSIGN_OR_RETURN(restored->pre_images, PreImages::Create(origin, guest, image));
  PERDURE_ASSIGN_OR_RETURN(
      restored->lazy, LazyMemory::Create(guest, restored->pre_images.get(), store,
                                         BaseReader(store, std::move(chunks), std::move(overlay))));
  restored->pre_images->Watch(restored->lazy.get());
  *small = std::move(newest);
  return OkStatus();
}

Status RestoreWhole(const StateHeader& header, Store* store, Guest* guest, CommittedImage* image,
                    ChunkMap chunks, RowTally tally, MemoryUse memory_use, SmallState* small,
                    Restored* restored) {
  *restored = {};
  const bool is_low = memory_use == MemoryUse::kLow;
  PERDURE_ASSIGN_OR_RETURN(
      restored->pre_images,
      PreImages::Create(is_low ? PreImages::Origin::kCapture : PreImages::Origin::kStore, guest,
                        image));
  GuestSink sink(guest, image);
  PERDURE_TRY(sink.Reset(*small));
  PERDURE_TRY(RestoreChunks(header.base, *small, store, guest, &tally));
  if (tally != TallyOf(header.base)) {
    return Corrupt("the base rows are not those the header was written with");
  }
  restored->chunks = tally.chunks;
  PERDURE_TRY(ReplayEvents(header, guest->program(), store, small, &sink, restored));
  if (is_low) return OkStatus();
  sink.HoldTouched(restored->pre_images.get());
  sink.HoldCompared(restored->pre_images.get());
  restored->pre_images->ReadFrom(BaseReader(store, std::move(chunks), ChunkOverlay()));
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
  if (mode != "lazy" && mode != "warm") {
    return Status(StatusCode::kInvalidArgument, StrCat("PERDURE_RESTORE: no mode '", mode,
                                                       "'; the modes are whole, lazy and warm"));
  }
  PERDURE_TRY(MissingPagesVerdict().WithContext(
      StrCat("PERDURE_RESTORE=", mode, " does not work here (unset it to have a mode chosen)")));
  return mode == "lazy" ? RestoreMode::kLazy : RestoreMode::kWarm;
}

Result<Restored> RestoreState(const StateHeader& header, Store* store, Guest* guest,
                              CommittedImage* image, RestoreMode mode, MemoryUse memory_use) {
  const perdure_program& program = guest->program();
  SmallState small(program);
  ChunkMap chunks;
  RowTally tally;
  PERDURE_TRY(ReadSections(Image::kBase, program, store, &small, &chunks, &tally));
  Restored restored;
  if (mode == RestoreMode::kAuto) {
    const bool is_large = header.base.chunks >= kLazyChunksMin && MissingPagesVerdict().ok();
    mode = is_large ? RestoreMode::kLazy : RestoreMode::kWhole;
  }
  if (mode != RestoreMode::kWhole) {
    PERDURE_TRY(RestoreLazily(header, store, guest, image, chunks, memory_use, &small, &restored));
  }
  if (restored.lazy == nullptr) {
    PERDURE_TRY(RestoreWhole(header, store, guest, image, std::move(chunks), tally, memory_use,
                             &small, &restored));
  }
  PERDURE_TRY(
      ApplySmallState(small, program, guest->instance(), &guest->host(), guest->functions()));
  guest->stack() = small.stack;
  image->TakeSmallState(guest);
  PERDURE_TRY(wasi::DecodeHostTable(&guest->host()));
  return restored;
}

}  // namespace perdure
