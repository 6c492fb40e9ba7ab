#include "rtlib/track/missing_pages.h"

#include <errno.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>

#include <algorithm>
#include <bit>
#include <cstring>
#include <mutex>

#include "rtlib/abi/memory.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Puts a page where none is. True if there is one afterwards.
bool CopyPage(int fd, uint8_t* to, const uint8_t* from, bool write_protected) {
  uffdio_copy copy = {};
  copy.dst = reinterpret_cast<uint64_t>(to);
  copy.src = reinterpret_cast<uint64_t>(from);
  copy.len = kChunkBytes;
  copy.mode = UFFDIO_COPY_MODE_DONTWAKE | (write_protected ? UFFDIO_COPY_MODE_WP : 0);
  int result;
  do {
    copy.copy = 0;
    result = ioctl(fd, UFFDIO_COPY, &copy);
  } while (result != 0 && (errno == EAGAIN || errno == EINTR));
  return result == 0 || errno == EEXIST;
}

}  // namespace

Result<std::unique_ptr<MissingPages>> MissingPages::Create(uint8_t* base, uint64_t bytes,
                                                           Loader loader, void* context) {
  PERDURE_CHECK(PageBytes() == kChunkBytes && bytes % kChunkBytes == 0,
                "missing pages need pages of the size of a chunk");
  std::unique_ptr<MissingPages> missing(new MissingPages(base, bytes, loader, context));
  PERDURE_TRY(missing->present_.Reserve(bytes / kChunkBytes));
  const auto begin = reinterpret_cast<uintptr_t>(base);
  PERDURE_TRY(abi::SetLoadHook(begin, begin + bytes, OnFault, missing.get()));
  missing->hooked_ = true;
  return missing;
}

MissingPages::~MissingPages() {
  if (hooked_) abi::ClearLoadHook(reinterpret_cast<uintptr_t>(base_));
}

Status MissingPages::RegisterAlone() {
  PERDURE_ASSIGN_OR_RETURN(Userfault userfault,
                           Userfault::Open(0, base_, bytes_, Userfault::kNoProtection, this));
  own_.emplace(std::move(userfault));
  return OkStatus();
}

abi::LoadResult MissingPages::OnFault(void* missing, uintptr_t address) {
  auto* self = static_cast<MissingPages*>(missing);
  const uint64_t chunk = (address - reinterpret_cast<uintptr_t>(self->base_)) / kChunkBytes;
  if (self->present_.Has(chunk)) return abi::LoadResult::kNotMissing;
  return self->Load(chunk) ? abi::LoadResult::kLoaded : abi::LoadResult::kFailed;
}

bool MissingPages::Load(uint64_t chunk) {
  if (IsPresent(chunk)) return true;
  alignas(64) uint8_t bytes[kChunkBytes];
  if (!loader_(context_, chunk, bytes)) return false;
  PERDURE_CHECK(fd_ >= 0 && CopyPage(fd_, base_ + chunk * kChunkBytes, bytes, write_protects_),
                "a page could not be put in its place");
  present_.Add(chunk);  // (1)
  ++loaded_;
  const uint64_t number = chunk / kBlockChunks;
  auto block = std::lower_bound(blocks_.begin(), blocks_.end(), number,
                                [](const Block& a, uint64_t b) { return a.number < b; });
  if (block == blocks_.end() || block->number != number) block = blocks_.insert(block, {number, 0});
  ++block->loaded;
  return true;
}

void MissingPages::AddTouched(uint64_t begin, uint64_t end) {
  if (begin >= end) return;
  if (!touched_.empty() && touched_.back().end == begin) {
    touched_.back().end = end;
  } else {
    touched_.push_back({begin, end});
  }
}

const std::vector<ChunkRange>& MissingPages::Touched(uint64_t size_bytes) {
  touched_.clear();
  const uint64_t end_of_us = std::min(bytes_, size_bytes);
  for (const Block& block : blocks_) {
    const uint64_t first = block.number * kBlockChunks, end = first + kBlockChunks;
    if (block.loaded > kSparseChunks) {
      AddTouched(first * kChunkBytes, std::min(end * kChunkBytes, end_of_us));
      continue;
    }
    for (uint64_t word = first / 64; word < end / 64; ++word) {
      for (uint64_t bits = present_.Word(word); bits != 0; bits &= bits - 1) {
        const uint64_t at =
            (word * 64 + static_cast<uint64_t>(std::countr_zero(bits))) * kChunkBytes;
        AddTouched(at, std::min(at + kChunkBytes, end_of_us));
      }
    }
  }
  AddTouched(bytes_, size_bytes);
  return touched_;
}

void MissingPages::KeepPresent(std::vector<ChunkRange>* chunks) const {
  std::vector<ChunkRange> kept;
  const uint64_t end_of_us = bytes_ / kChunkBytes;
  for (const ChunkRange& range : *chunks) {
    for (uint64_t chunk = range.begin; chunk < std::min(range.end, end_of_us); ++chunk) {
      if (chunk % 64 == 0 && present_.Word(chunk / 64) == 0) {
        chunk += 63;
      } else if (present_.Has(chunk)) {
        if (!kept.empty() && kept.back().end == chunk) {
          ++kept.back().end;
        } else {
          kept.push_back({chunk, chunk + 1});
        }
      }
    }
    const uint64_t begin = std::max(range.begin, end_of_us);
    if (begin < range.end) kept.push_back({begin, range.end});
  }
  chunks->swap(kept);
}

// ---- the self-test ----------------------------------------------------------------------------

namespace {

bool LoadTestChunk(void* context, uint64_t chunk, uint8_t* bytes) {
  auto* loads = static_cast<volatile int*>(context);
  *loads = *loads + 1;
  std::memset(bytes, static_cast<int>(chunk) + 1, kChunkBytes);
  return true;
}

Status Misses(std::string_view what) {
  return Status(StatusCode::kFailedPrecondition, StrCat("missing pages: ", what));
}

// By reading and by writing, in memory with and without a tracker's protection.
Status TryMissing(wasm_rt_memory_t* memory, bool tracked) {
  volatile int loads = 0;  // changed by a signal handler
  PERDURE_ASSIGN_OR_RETURN(
      const std::unique_ptr<MissingPages> missing,
      MissingPages::Create(memory->data, memory->size, LoadTestChunk, const_cast<int*>(&loads)));
  std::unique_ptr<Tracker> tracker;
  if (tracked) {
    PERDURE_ASSIGN_OR_RETURN(const TrackMode mode, ChooseTrackMode());
    PERDURE_ASSIGN_OR_RETURN(
        tracker, CreateTracker(mode, memory->data, abi::ReservedBytes(*memory), missing.get()));
    PERDURE_TRY(tracker->Arm(memory->size));
  } else {
    PERDURE_TRY(missing->RegisterAlone());
  }
  volatile uint8_t* data = memory->data;
  if (data[3 * kChunkBytes + 7] != 4 || loads != 1) return Misses("reading does not load");
  data[5 * kChunkBytes + 1] = 77;
  if (data[5 * kChunkBytes] != 6 || data[5 * kChunkBytes + 1] != 77 || loads != 2) {
    return Misses("writing does not load");
  }
  if (!tracked) return OkStatus();
  std::vector<ChunkRange> dirty;
  PERDURE_TRY(tracker->Collect(memory->size, &dirty));
  missing->KeepPresent(&dirty);
  const auto is_written = [](const ChunkRange& range) { return range.begin <= 5 && 5 < range.end; };
  if (std::none_of(dirty.begin(), dirty.end(), is_written)) {
    return Misses("a write that loads is not reported");
  }
  return OkStatus();
}

Status TryMissing() {
  if (PageBytes() != kChunkBytes) return Misses("this system's pages are no chunks");
  for (const bool tracked : {false, true}) {
    wasm_rt_memory_t memory;
    if (!abi::AllocateMemory(&memory, 1, 1, false)) return Misses("no address space for a test");
    const Status tried = TryMissing(&memory, tracked);
    wasm_rt_free_memory(&memory);
    if (!tried.ok()) return Status(StatusCode::kFailedPrecondition, std::string(tried.message()));
  }
  return OkStatus();
}

}  // namespace

Status MissingPagesVerdict() {
  static std::mutex mutex;
  static std::optional<Status> verdict;
  const std::lock_guard lock(mutex);
  if (!verdict.has_value()) verdict = TryMissing();
  return *verdict;
}

}  // namespace perdure
