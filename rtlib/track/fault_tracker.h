// FaultTracker: what wp-sync and mprotect have in common. Pages are protected, our own fault
// handler notes the first write to each and unprotects it.
//
//   CLEAN (protected) --write: OnWrite--> DIRTY (writable) --Collect, Rearm--> CLEAN
//                                           ^  |
//                                           +--+ Rearm, a hot page: reported each time, writable
//
// Invariants
//  (1) Between Arm/Rearm and the next Collect, every page of [0, armed bytes) that is still the
//      page that was armed is protected, or missing and will be protected when it is loaded, or
//      marked in the bitmap, or everything is taken for dirty. Hot pages (hot_pages.h) are marked
//      from the beginning.
//  (2) Pages given up and had back since (abi::TakeSmallestSize) are not protected and not what
//      they were, hence all reported.
//  (3) OnWrite never makes an address accessible that the guest has no right to: only armed pages
//      inside the memory's present size.
//  (4) OnWrite unprotects a page once. A second fault of the same page is somebody's bug and is
//      passed on, so it cannot loop.
//      The observer, if there is one, sees each page before.
//  (5) OnWrite allocates nothing: the bitmap is a reservation of one bit a page.
//  (6) Pages beyond what was ever armed are not protected either, but were pages of zeros: those of
//      them that exist are reported (existing_pages.h). Otherwise a memory that grows by 4 GiB
//      would be a million chunks to compare.
//
// mprotect splits a mapping for every isolated dirty page and the kernel limits mappings per
// process (vm.max_map_count), so past a budget of isolated runs everything is unprotected and taken
// for dirty.
//
// Threads: the handler runs on the thread that writes, which is the instance's thread.
#pragma once

#include <cstdint>
#include <vector>

#include "rtlib/track/hot_pages.h"
#include "rtlib/track/page_bitmap.h"
#include "rtlib/track/tracker.h"

namespace perdure {

class FaultTracker : public Tracker {
 public:
  ~FaultTracker() override;

  Status Arm(uint64_t size_bytes) final;
  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) final;
  Status Rearm(const std::vector<uint64_t>& unchanged) final;
  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) final;

 protected:
  struct Limits {
    uint64_t runs;          // isolated dirty runs until everything is taken for dirty
    uint64_t pages_a_call;  // clean pages cheaper to protect again than to skip by a call
    bool keeps_hot;         // pages that are written all the time stay writable
  };

  // `missing`: pages that arrive protected, so that Arm() need not protect them beforehand; null:
  // there are none, or protection does not care whether a page exists.
  FaultTracker(uint8_t* base, uint64_t reserved_bytes, Limits limits, MissingPages* missing,
               WriteObserver observer);

  // Called once after construction: starts receiving faults.
  Status Start();

  // Make writes to [begin, begin + bytes) fault, or not. Unprotect is called in signal context.
  // errno is set on failure.
  virtual bool Protect(uint8_t* begin, uint64_t bytes) = 0;
  virtual bool Unprotect(uint8_t* begin, uint64_t bytes) = 0;

  uint8_t* base() const { return base_; }

 private:
  static bool OnWriteHook(void* context, uintptr_t address);
  bool OnWrite(uint64_t offset);

  void Observe(uint64_t page);
  void Mark(uint64_t page);
  // Everything that is dirty below `size_bytes`, as ranges of pages.
  std::vector<ChunkRange> DirtyRuns(uint64_t size_bytes);
  void ReportRuns(const std::vector<ChunkRange>& runs, std::vector<ChunkRange>* dirty) const;
  // The marked pages below `end_page`, ascending, as ranges of pages.
  std::vector<ChunkRange> MarkedRuns(uint64_t end_page) const;
  void ClearMarks();
  Status ProtectRuns(const std::vector<ChunkRange>& runs);
  bool AnyMarked(uint64_t begin, uint64_t end) const;
  // Marks those of the pages before `intact` that stay writable, and takes them out of *runs.
  void KeepHot(uint64_t intact, const std::vector<uint64_t>& unchanged,
               std::vector<ChunkRange>* runs);
  bool IsUnchanged(uint64_t page, const std::vector<uint64_t>& unchanged) const;

  uint8_t* const base_;
  const uint64_t page_bytes_;
  const uint64_t page_count_;
  const Limits limits_;
  MissingPages* const missing_;
  const WriteObserver observer_;
  PageBitmap marks_;
  uint64_t first_marked_ = UINT64_MAX;  // bounds of the marked pages
  uint64_t last_marked_ = 0;
  uint64_t runs_ = 0;
  HotPages hot_;
  std::vector<ChunkRange> collected_;  // pages that Rearm is to protect
  uint64_t collected_bytes_ = 0;       // the memory's size then
  uint64_t armed_bytes_ = 0;
  uint64_t seen_bytes_ = 0;  // what the last Arm or Rearm armed (6)
  bool rearm_due_ = false;
  bool all_dirty_ = false;
  bool started_ = false;
};

}  // namespace perdure
