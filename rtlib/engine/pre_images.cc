#include "rtlib/engine/pre_images.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "rtlib/abi/memory.h"
#include "rtlib/base/check.h"
#include "rtlib/engine/lazy_memory.h"
#include "rtlib/state/chunk_blob.h"
#include "rtlib/track/existing_pages.h"
#include "rtlib/track/userfault.h"

namespace perdure {

static_assert(kChunkBytes == kBaseChunkBytes);

Result<std::unique_ptr<PreImages>> PreImages::Create(Origin origin, Guest* guest,
                                                     CommittedImage* image) {
  std::unique_ptr<PreImages> pre_images(new PreImages(origin, guest, image));
  const uint32_t count = guest->program().memory_count;
  pre_images->memories_ = std::vector<Memory>(count);  // now: their addresses are given away
  for (uint32_t i = 0; i < count; ++i) {
    Memory& memory = pre_images->memories_[i];
    memory.owner = pre_images.get();
    memory.index = i;
    if (pre_images->holds_all_) continue;
    PERDURE_TRY(memory.held.Reserve(abi::ReservedBytes(*guest->memory(i)) / kChunkBytes));
  }
  return pre_images;
}

WriteObserver PreImages::ObserverOf(uint32_t memory) {
  if (!captures_) return {};
  return {OnWrite, &memories_[memory]};
}

void PreImages::MarkHeld(Memory* memory, uint64_t chunk) {
  memory->held.Add(chunk);
  memory->end = std::max(memory->end, chunk + 1);
  ++held_chunks_;
}

// Pages of the image that are not touched are zeros already, and take no room.
void PreImages::Put(uint32_t memory, uint64_t chunk, const uint8_t* bytes) {
  if (IsZeroChunk(bytes)) return;
  std::memcpy(image_.memory(memory) + chunk * kChunkBytes, bytes, kChunkBytes);
}

// In a fault handler, before the guest writes to [begin, end).
void PreImages::OnWrite(void* memory, uint64_t begin, uint64_t end) {
  auto* ours = static_cast<Memory*>(memory);
  PreImages* self = ours->owner;
  const MissingPages* missing = self->lazy_ == nullptr ? nullptr : self->lazy_->memory(ours->index);
  end = std::min(end, self->image_.pages(ours->index) * kChunksPerPage);  // (P2)
  for (uint64_t chunk = begin; chunk < end; ++chunk) {
    if (missing != nullptr && !missing->IsPresent(chunk)) continue;  // (P5)
    if (!self->holds_all_ && !ours->held.Has(chunk)) self->Hold(ours->index, chunk);
  }
}

void PreImages::Arrived(uint32_t memory, uint64_t chunk, const uint8_t* bytes, bool is_protected) {
  if (captures_ && is_protected) return;
  Put(memory, chunk, bytes);
  if (!holds_all_) MarkHeld(&memories_[memory], chunk);
}

void PreImages::Hold(uint32_t memory, uint64_t chunk) {
  Memory& ours = memories_[memory];
  if (holds_all_ || ours.held.Has(chunk)) return;
  Put(memory, chunk, guest_.memory(memory)->data + chunk * kChunkBytes);
  MarkHeld(&ours, chunk);
}

// Puts the chunks that are not HELD, and not missing, into the image.
void PreImages::Take(uint32_t memory, const ChunkRange& chunks) {
  const MissingPages* missing = lazy_ == nullptr ? nullptr : lazy_->memory(memory);
  for (uint64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
    if (memories_[memory].held.Has(chunk)) continue;
    if (missing != nullptr && !missing->IsPresent(chunk)) continue;
    Put(memory, chunk, guest_.memory(memory)->data + chunk * kChunkBytes);
  }
}

void PreImages::HoldAll(bool use_up) {
  if (holds_all_) return;
  constexpr uint64_t kChunksAStep = 512;  // in memory twice
  for (uint32_t i = 0; i < memories_.size(); ++i) {
    const wasm_rt_memory_t& memory = *guest_.memory(i);
    std::vector<ChunkRange> pages;
    AppendExistingPages(memory.data, 0, memory.size / PageBytes(), &pages);
    for (const ChunkRange& run : pages) {
      const uint64_t chunks_a_page = PageBytes() / kChunkBytes, end = run.end * chunks_a_page;
      for (uint64_t at = run.begin * chunks_a_page; at < end; at += kChunksAStep) {
        const ChunkRange step = {at, std::min(end, at + kChunksAStep)};
        Take(i, step);
        if (!use_up) continue;
        madvise(memory.data + step.begin * kChunkBytes, (step.end - step.begin) * kChunkBytes,
                MADV_DONTNEED);
      }
    }
  }
  holds_all_ = true;
  reader_.reset();
}

Status PreImages::CompleteChunk(Memory* memory, uint64_t chunk) {
  MarkHeld(memory, chunk);
  if (chunk >= image_.pages(memory->index) * kChunksPerPage) return OkStatus();
  PERDURE_CHECK(reader_.has_value(), "a chunk was written that nobody had captured");
  uint8_t bytes[kChunkBytes];
  PERDURE_TRY(reader_->Read(ChunkId(memory->index, chunk), bytes));
  Put(memory->index, chunk, bytes);
  return OkStatus();
}

Status PreImages::Complete(const DirtyChunks& dirty) {
  for (uint32_t i = 0; i < dirty.size() && !holds_all_; ++i) {
    for (const ChunkRange& range : dirty[i]) {
      for (uint64_t chunk = range.begin; chunk < range.end; ++chunk) {
        if (!memories_[i].held.Has(chunk)) PERDURE_TRY(CompleteChunk(&memories_[i], chunk));
      }
    }
  }
  return OkStatus();
}

Status PreImages::MayLetGo(const std::vector<std::unique_ptr<Tracker>>& trackers) {
  if (!captures_ || (!holds_all_ && held_chunks_ <= kHeldChunksMax)) return OkStatus();
  std::vector<ChunkRange> written;
  for (uint32_t i = 0; i < trackers.size(); ++i) {
    PERDURE_TRY(trackers[i]->Peek(guest_.memory(i)->size, &written));
    if (!written.empty()) return OkStatus();  // (P3)
  }
  for (Memory& memory : memories_) {
    image_.Discard(memory.index);
    if (memory.end != 0) memory.held.ClearWords(0, memory.end - 1);
    memory.end = 0;
  }
  holds_all_ = false;
  held_chunks_ = 0;
  return OkStatus();
}

}  // namespace perdure
