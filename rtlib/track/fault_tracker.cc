#include "rtlib/track/fault_tracker.h"

#include <algorithm>
#include <bit>
#include <span>
#include <utility>

#include "rtlib/abi/fault.h"
#include "rtlib/abi/memory.h"
#include "rtlib/base/check.h"
#include "rtlib/track/existing_pages.h"
#include "rtlib/track/missing_pages.h"
#include "rtlib/track/trackers.h"
#include "rtlib/track/userfault.h"

namespace perdure {

FaultTracker::FaultTracker(uint8_t* base, uint64_t reserved_bytes, Limits limits,
                           MissingPages* missing, WriteObserver observer)
    : base_(base),
      page_bytes_(PageBytes()),
      page_count_(reserved_bytes / PageBytes()),
      limits_(limits),
      missing_(missing),
      observer_(observer) {}

FaultTracker::~FaultTracker() {
  if (started_) abi::ClearWriteHook(reinterpret_cast<uintptr_t>(base_));
}

Status FaultTracker::Start() {
  PERDURE_TRY(marks_.Reserve(page_count_));
  const auto begin = reinterpret_cast<uintptr_t>(base_);
  PERDURE_TRY(abi::SetWriteHook(begin, begin + page_count_ * page_bytes_, OnWriteHook, this));
  started_ = true;
  return OkStatus();
}

Status FaultTracker::Arm(uint64_t size_bytes) {
  PERDURE_CHECK(size_bytes <= abi::AccessibleBytes(base_), "tracking beyond the memory's size");
  abi::TakeSmallestSize(base_);
  ClearMarks();
  hot_.Clear();
  rearm_due_ = false;
  armed_bytes_ = 0;
  const ChunkRange everything = {0, size_bytes};
  const std::span<const ChunkRange> touched = missing_ == nullptr
                                                  ? std::span(&everything, size_bytes != 0 ? 1 : 0)
                                                  : std::span(missing_->Touched(size_bytes));
  for (const ChunkRange& bytes : touched) {
    if (!Protect(base_ + bytes.begin, bytes.end - bytes.begin)) {
      return SystemError("write-protecting memory");
    }
  }
  armed_bytes_ = seen_bytes_ = size_bytes;
  return OkStatus();
}

Status FaultTracker::Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) {
  collected_ = DirtyRuns(size_bytes);
  collected_bytes_ = size_bytes;
  rearm_due_ = true;
  ReportRuns(collected_, dirty);
  return OkStatus();
}

Status FaultTracker::Rearm(const std::vector<uint64_t>& unchanged) {
  if (!std::exchange(rearm_due_, false)) return OkStatus();
  std::vector<ChunkRange> runs = std::exchange(collected_, {});
  const uint64_t size_bytes = collected_bytes_;
  const uint64_t intact = all_dirty_ ? 0 : std::min(armed_bytes_, size_bytes) / page_bytes_;
  ClearMarks();
  armed_bytes_ = 0;
  if (limits_.keeps_hot) KeepHot(intact, unchanged, &runs);
  PERDURE_TRY(ProtectRuns(runs));
  if (size_bytes > seen_bytes_ && !Protect(base_ + seen_bytes_, size_bytes - seen_bytes_)) {
    return SystemError("write-protecting memory");
  }
  armed_bytes_ = seen_bytes_ = size_bytes;
  return OkStatus();
}

Status FaultTracker::Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) {
  ReportRuns(DirtyRuns(size_bytes), dirty);
  return OkStatus();
}

std::vector<ChunkRange> FaultTracker::DirtyRuns(uint64_t size_bytes) {
  PERDURE_CHECK(size_bytes <= abi::AccessibleBytes(base_), "tracking beyond the memory's size");
  // What was given up is not armed any more, and whoever asks next has to know it too.
  armed_bytes_ = std::min(armed_bytes_, abi::TakeSmallestSize(base_));
  const uint64_t intact = all_dirty_ ? 0 : std::min(armed_bytes_, size_bytes) / page_bytes_;
  const uint64_t seen = std::min(seen_bytes_, size_bytes) / page_bytes_;
  std::vector<ChunkRange> runs = MarkedRuns(intact);
  AppendRange(&runs, intact, seen);                                   // (2)
  AppendExistingPages(base_, seen, size_bytes / page_bytes_, &runs);  // (6)
  return runs;
}

void FaultTracker::ReportRuns(const std::vector<ChunkRange>& runs,
                              std::vector<ChunkRange>* dirty) const {
  const uint64_t chunks_a_page = page_bytes_ / kChunkBytes;
  dirty->clear();
  for (const ChunkRange& run : runs) {
    dirty->push_back({run.begin * chunks_a_page, run.end * chunks_a_page});
  }
}

Status FaultTracker::ProtectRuns(const std::vector<ChunkRange>& runs) {
  for (size_t i = 0; i < runs.size();) {
    const uint64_t begin = runs[i].begin;
    uint64_t end = runs[i].end;
    for (++i; i < runs.size() && runs[i].begin - end <= limits_.pages_a_call; ++i) {
      if (limits_.keeps_hot && AnyMarked(end, runs[i].begin)) break;
      end = runs[i].end;
    }
    if (!Protect(base_ + begin * page_bytes_, (end - begin) * page_bytes_)) {
      return SystemError("write-protecting memory");
    }
  }
  return OkStatus();
}

bool FaultTracker::AnyMarked(uint64_t begin, uint64_t end) const {
  while (begin < end && !marks_.Has(begin)) ++begin;
  return begin < end;
}

bool FaultTracker::IsUnchanged(uint64_t page, const std::vector<uint64_t>& unchanged) const {
  const uint64_t chunks_a_page = page_bytes_ / kChunkBytes;
  const uint64_t first = page * chunks_a_page;
  const auto found = std::lower_bound(unchanged.begin(), unchanged.end(), first);
  const uint64_t after = static_cast<uint64_t>(unchanged.end() - found);
  return after >= chunks_a_page && *found == first &&
         found[static_cast<ptrdiff_t>(chunks_a_page) - 1] == first + chunks_a_page - 1;
}

void FaultTracker::KeepHot(uint64_t intact, const std::vector<uint64_t>& unchanged,
                           std::vector<ChunkRange>* runs) {
  uint64_t written = 0;
  for (const ChunkRange& run : *runs) {
    for (uint64_t page = run.begin; page < std::min(run.end, intact); ++page) {
      if (hot_.IsOpen(page) && IsUnchanged(page, unchanged)) continue;
      if (++written > HotPages::kWrittenMax) return hot_.Clear();
      hot_.Written(page);
    }
  }
  hot_.EndEvent(intact);
  if (hot_.open_count() == 0) return;
  for (size_t i = 0; i < hot_.open_count(); ++i) Mark(hot_.open_page(i));
  std::vector<ChunkRange> closed;
  for (const ChunkRange& run : *runs) {
    uint64_t begin = run.begin;
    for (uint64_t page = begin; page < std::min(run.end, intact); ++page) {
      if (!marks_.Has(page)) continue;
      AppendRange(&closed, begin, page);
      begin = page + 1;
    }
    AppendRange(&closed, begin, run.end);
  }
  *runs = std::move(closed);
}

bool FaultTracker::OnWriteHook(void* context, uintptr_t address) {
  auto* tracker = static_cast<FaultTracker*>(context);
  return tracker->OnWrite(address - reinterpret_cast<uintptr_t>(tracker->base_));
}

bool FaultTracker::OnWrite(uint64_t offset) {
  if (offset >= std::min(armed_bytes_, abi::AccessibleBytes(base_))) return false;  // (3)
  const uint64_t page = offset / page_bytes_;
  if (all_dirty_ || marks_.Has(page)) return false;  // (4)
  Observe(page);
  Mark(page);
  if (runs_ <= limits_.runs && Unprotect(base_ + page * page_bytes_, page_bytes_)) return true;
  all_dirty_ = true;
  const uint64_t bytes = std::min(armed_bytes_, abi::AccessibleBytes(base_));
  for (uint64_t other = 0; other < bytes / page_bytes_; ++other) {
    if (!marks_.Has(other)) Observe(other);
  }
  return Unprotect(base_, bytes);
}

// Before they are made writable.
void FaultTracker::Observe(uint64_t page) {
  if (observer_.about_to_write == nullptr) return;
  const uint64_t chunks_a_page = page_bytes_ / kChunkBytes;
  observer_.about_to_write(observer_.context, page * chunks_a_page, (page + 1) * chunks_a_page);
}

void FaultTracker::Mark(uint64_t page) {
  const bool joins_left = page > 0 && marks_.Has(page - 1);
  const bool joins_right = page + 1 < page_count_ && marks_.Has(page + 1);
  runs_ += 1u - joins_left - joins_right;  // 1, 0 or -1
  marks_.Add(page);
  first_marked_ = std::min(first_marked_, page);
  last_marked_ = std::max(last_marked_, page);
}

std::vector<ChunkRange> FaultTracker::MarkedRuns(uint64_t end_page) const {
  std::vector<ChunkRange> runs;
  const uint64_t end = std::min(end_page, last_marked_ + 1);
  uint64_t page = first_marked_;
  while (page < end) {
    const uint64_t word = marks_.Word(page / 64) >> (page % 64);
    if (word == 0) {
      page = (page / 64 + 1) * 64;
      continue;
    }
    const uint64_t begin = page + static_cast<uint64_t>(std::countr_zero(word));
    // At most to the end of this word; AppendRange joins it with the next one's.
    const uint64_t length =
        static_cast<uint64_t>(std::countr_one(marks_.Word(begin / 64) >> (begin % 64)));
    page = begin + length;
    AppendRange(&runs, std::min(begin, end), std::min(page, end));
  }
  return runs;
}

void FaultTracker::ClearMarks() {
  if (first_marked_ <= last_marked_) marks_.ClearWords(first_marked_, last_marked_);
  first_marked_ = UINT64_MAX;
  last_marked_ = 0;
  runs_ = 0;
  all_dirty_ = false;
}

}  // namespace perdure
