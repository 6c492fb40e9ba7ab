// wp-async: the kernel notes writes, one system call collects and re-arms.
//
// The reservation is registered once with userfaultfd(WP_ASYNC), PROT_NONE parts included; memory
// that mprotect makes accessible later is covered by that. A write to a protected page costs one
// fault, resolved inside the kernel, system calls' writes included. PAGEMAP_SCAN with WP_MATCHING
// reports the pages that are not protected and protects them, atomically per page.
//
// Invariants
//  (1) A page that exists and is unprotected is reported. New pages come into being unprotected, so
//      pages never touched before need no markers: the scan asks for present or swapped pages only,
//      which makes it proportional to what is populated. (WP_UNPOPULATED would cost page tables for
//      the whole reservation.)
//  (2) A page that exists only as the shared zero page was read and not written. It is neither
//      reported nor protected; writing it replaces it by a new page, which (1) covers.
//  (3) A scan ends when it stored fewer regions than it was given room for. walk_end is not trusted
//      for that: the kernel collects in batches of 512 regions, and when a scan with more than one
//      batch runs to its end, walk_end still holds the position of an earlier batch.
//  (4) Every scan demands CHECK_WPASYNC: a mapping that lost its registration is an error, not a
//      memory in which nothing is ever written.
#include <errno.h>

#include "rtlib/base/check.h"
#include "rtlib/track/trackers.h"
#include "rtlib/track/userfault.h"

namespace perdure {

namespace {

class WpAsyncTracker final : public Tracker {
 public:
  WpAsyncTracker(uint8_t* base, uint64_t reserved_bytes, OwnedFd userfault, OwnedFd pagemap)
      : base_(reinterpret_cast<uint64_t>(base)),
        reserved_bytes_(reserved_bytes),
        userfault_(std::move(userfault)),
        pagemap_(std::move(pagemap)),
        regions_(kRegionsPerScan) {}

  Status Arm(uint64_t size_bytes) override { return Scan(size_bytes, nullptr); }

  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    dirty->clear();
    return Scan(size_bytes, dirty);
  }

  TrackMode mode() const override { return TrackMode::kWpAsync; }

 private:
  static constexpr size_t kRegionsPerScan = 4096;

  Status Scan(uint64_t size_bytes, std::vector<ChunkRange>* dirty) {
    PERDURE_CHECK(size_bytes <= reserved_bytes_, "tracking beyond the reservation");
    PageScan scan = {};
    scan.size = sizeof scan;
    scan.flags = kScanWpMatching | kScanCheckWpAsync;  // (4)
    scan.start = base_;
    scan.end = base_ + size_bytes;
    scan.vec = reinterpret_cast<uint64_t>(regions_.data());
    scan.vec_len = regions_.size();
    scan.category_mask = kPageIsWritten | kPageIsPfnZero;
    scan.category_inverted = kPageIsPfnZero;                     // (2)
    scan.category_anyof_mask = kPageIsPresent | kPageIsSwapped;  // (1)
    scan.return_mask = kPageIsWritten;
    while (scan.start < scan.end) {
      const int found = ScanPages(pagemap_.get(), &scan);
      if (found < 0 && errno == EINTR) continue;
      if (found < 0) return SystemError("scanning for written memory");
      const auto count = static_cast<size_t>(found);
      for (size_t i = 0; i < count && dirty != nullptr; ++i) {
        AppendRange(dirty, (regions_[i].start - base_) / kChunkBytes,
                    (regions_[i].end - base_) / kChunkBytes);
      }
      if (count < regions_.size()) break;  // (3)
      scan.start = scan.walk_end;
    }
    return OkStatus();
  }

  const uint64_t base_;
  const uint64_t reserved_bytes_;
  const OwnedFd userfault_;  // closing it ends the registration
  const OwnedFd pagemap_;
  std::vector<PageRegion> regions_;
};

}  // namespace

Result<std::unique_ptr<Tracker>> CreateWpAsyncTracker(uint8_t* base, uint64_t reserved_bytes) {
  PERDURE_ASSIGN_OR_RETURN(OwnedFd pagemap, OpenPagemap());
  PERDURE_ASSIGN_OR_RETURN(OwnedFd userfault, OpenUserfault(kUffdWpAsync, base, reserved_bytes));
  return std::unique_ptr<Tracker>(std::make_unique<WpAsyncTracker>(
      base, reserved_bytes, std::move(userfault), std::move(pagemap)));
}

}  // namespace perdure
