// wp-async: the kernel notes writes, one system call collects and re-arms.
//
// The reservation is registered once with userfaultfd(WP_ASYNC), PROT_NONE parts included; memory
// that mprotect makes accessible later is covered by that. A write to a protected page costs one
// fault, resolved inside the kernel, system calls' writes included. PAGEMAP_SCAN with WP_MATCHING
// reports the pages that are not protected and protects them, atomically per page.
//
// Invariants
//  (1) The scan asks for "written" and for nothing else: every page of a populated page table that
//      is not protected is reported and protected, pages that do not exist yet included. The kernel
//      has a loop of its own for exactly this question, and any other (such as "present, but not
//      the page of zeros") costs 2.4 times as much (64 MiB: 17 instead of 40 us, 1 GiB: 260 instead
//      of 630 us).
//  (2) Chunks that were not written, hence never touched or touched by reading only, are told apart
//      once in their life: a reported chunk that no earlier collection confirmed is looked at
//      again, and dropped unless it exists and is not the shared page of zeros. So what is paid for
//      it is bounded by what was ever touched, not paid at each event.
//  (3) A scan ends when it stored fewer regions than it was given room for, and else goes on behind
//      the last of them. walk_end is not trusted: the kernel collects in batches of 512 regions,
//      and when a scan with more than one batch runs to its end, walk_end still holds the position
//      of an earlier batch.
//  (4) Every scan demands CHECK_WPASYNC: a mapping that lost its registration is an error, not a
//      memory in which nothing is ever written.
//  (5) Where pages are missing until they are loaded, only loaded ones, or the page tables that
//      hold many, are scanned, and what is loaded is known to exist: an event costs what was ever
//      touched, and not the size of the memory.
//  (6) Where pages are not loaded but simply come into being, which is also behind those that are
//      loaded when the memory has grown, a page table's worth of memory (a block, 2 MiB) is
//      protected, and asked for what was written, from the first collection on that finds anything
//      there. Until then it is asked for what exists, which takes no time where there is no page
//      table. So an event costs what was ever touched here, too. To protect all would make the
//      tables (some kernels, as Linux 6.18, call all of such a hole written), 20 us an event for
//      64 MiB of which little is used; and the mark of protection makes a page that was never
//      touched look like one that was swapped out, so that memory that grows by 4 GiB would be a
//      million chunks to compare.
#include <errno.h>

#include <algorithm>
#include <memory>

#include "rtlib/base/check.h"
#include "rtlib/track/missing_pages.h"
#include "rtlib/track/page_bitmap.h"
#include "rtlib/track/trackers.h"
#include "rtlib/track/userfault.h"

namespace perdure {

namespace {

class WpAsyncTracker final : public Tracker {
 public:
  WpAsyncTracker(uint8_t* base, uint64_t reserved_bytes, Userfault userfault, OwnedFd pagemap,
                 MissingPages* missing)
      : base_(reinterpret_cast<uint64_t>(base)),
        reserved_bytes_(reserved_bytes),
        missing_(missing),
        userfault_(std::move(userfault)),
        pagemap_(std::move(pagemap)),
        // Not initialised: pages of it that no scan fills are never touched.
        regions_(std::make_unique_for_overwrite<PageRegion[]>(kRegionsPerScan)) {}

  Status Start() {
    PERDURE_TRY(protected_.Reserve(reserved_bytes_ / BlockBytes() + 1));
    return confirmed_.Reserve(reserved_bytes_ / kChunkBytes);
  }

  Status Arm(uint64_t size_bytes) override {
    std::vector<ChunkRange> earlier;
    return Report(kScanWpMatching, size_bytes, &earlier);
  }

  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    return Report(kScanWpMatching, size_bytes, dirty);
  }

  Status Rearm(const std::vector<uint64_t>&) override { return OkStatus(); }

  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    return Report(0, size_bytes, dirty);
  }

  TrackMode mode() const override { return TrackMode::kWpAsync; }

 private:
  static constexpr size_t kRegionsPerScan = 4096;

  static PageScan WrittenSince(uint64_t rearm) {  // (1)
    PageScan scan = {};
    scan.flags = rearm | kScanCheckWpAsync;  // (4)
    scan.category_mask = kPageIsWritten;
    scan.return_mask = kPageIsWritten;
    return scan;
  }
  static PageScan Existing() {  // (2)
    PageScan scan = {};
    scan.flags = kScanCheckWpAsync;
    scan.category_anyof_mask = kPageIsPresent | kPageIsSwapped;
    scan.return_mask = kPageIsPresent | kPageIsSwapped | kPageIsPfnZero;
    return scan;
  }

  // Of the memory's beginning: pages are missing there until they are loaded.
  uint64_t LoadedBytes() const { return missing_ == nullptr ? 0 : missing_->bytes(); }

  // What a page table is for.
  static uint64_t BlockBytes() { return PageBytes() * (PageBytes() / sizeof(uint64_t)); }

  Status Report(uint64_t rearm, uint64_t size_bytes, std::vector<ChunkRange>* dirty) {
    dirty->clear();
    uint64_t begin = std::min(LoadedBytes(), size_bytes);
    if (begin != 0) {  // (5)
      for (const ChunkRange& bytes : missing_->Touched(begin)) {
        PERDURE_TRY(ReportWritten(rearm, bytes.begin, bytes.end, dirty));
      }
    }
    while (begin < size_bytes) {  // (6)
      const bool is_protected = protected_.Has(begin / BlockBytes());
      uint64_t end = (begin / BlockBytes() + 1) * BlockBytes();
      while (end < size_bytes && protected_.Has(end / BlockBytes()) == is_protected) {
        end += BlockBytes();
      }
      end = std::min(end, size_bytes);
      PERDURE_TRY(is_protected ? ReportWritten(rearm, begin, end, dirty)
                               : ReportNew(rearm, begin, end, dirty));
      begin = end;
    }
    return OkStatus();
  }

  // Of [begin, end), offsets in bytes, which are protected.
  Status ReportWritten(uint64_t rearm, uint64_t begin, uint64_t end,
                       std::vector<ChunkRange>* dirty) {
    reported_.clear();
    PERDURE_TRY(Scan(WrittenSince(rearm), begin, end, [this](uint64_t first, uint64_t last, bool) {
      AppendRange(&reported_, first, last);
    }));
    for (const ChunkRange& range : reported_) PERDURE_TRY(Confirm(range, dirty));
    return OkStatus();
  }

  // Of blocks that are not; those in which something exists are from now on, to their ends, which
  // may lie beyond that of the memory.
  Status ReportNew(uint64_t rearm, uint64_t begin, uint64_t end, std::vector<ChunkRange>* dirty) {
    std::vector<ChunkRange> blocks;
    PERDURE_TRY(Scan(Existing(), begin, end, [&](uint64_t first, uint64_t last, bool zero) {
      if (!zero) AppendConfirmed(first, last, dirty);
      const uint64_t chunks = BlockBytes() / kChunkBytes;
      AppendRange(&blocks, std::max(first / chunks, blocks.empty() ? 0 : blocks.back().end),
                  (last - 1) / chunks + 1);
    }));
    if (rearm == 0) return OkStatus();
    for (const ChunkRange& range : blocks) {
      for (uint64_t block = range.begin; block < range.end; ++block) protected_.Add(block);
      PERDURE_TRY(Scan(WrittenSince(rearm), std::max(range.begin * BlockBytes(), LoadedBytes()),
                       std::min(range.end * BlockBytes(), reserved_bytes_),
                       [](uint64_t, uint64_t, bool) {}));
    }
    return OkStatus();
  }

  // Appends what exists of `range` to *dirty.
  Status Confirm(const ChunkRange& range, std::vector<ChunkRange>* dirty) {
    uint64_t chunk = range.begin;
    const uint64_t missing_end = LoadedBytes() / kChunkBytes;
    for (; chunk < std::min(range.end, missing_end); ++chunk) {
      if (missing_->IsPresent(chunk)) AppendRange(dirty, chunk, chunk + 1);
    }
    while (chunk < range.end) {
      uint64_t end = chunk;
      while (end < range.end && confirmed_.Has(end)) ++end;
      AppendRange(dirty, chunk, end);
      chunk = end;
      while (end < range.end && !confirmed_.Has(end)) ++end;
      if (chunk == end) continue;
      PERDURE_TRY(AppendExisting(chunk * kChunkBytes, end * kChunkBytes, dirty));
      chunk = end;
    }
    return OkStatus();
  }

  // Appends and confirms the chunks of [begin, end), offsets in bytes, that exist.
  Status AppendExisting(uint64_t begin, uint64_t end, std::vector<ChunkRange>* dirty) {
    return Scan(Existing(), begin, end, [this, dirty](uint64_t first, uint64_t last, bool zero) {
      if (!zero) AppendConfirmed(first, last, dirty);
    });
  }
  void AppendConfirmed(uint64_t first, uint64_t last, std::vector<ChunkRange>* dirty) {
    AppendRange(dirty, first, last);
    for (; first < last; ++first) confirmed_.Add(first);
  }

  // Calls take(first chunk, end chunk, whether they are known to have been read only) for what
  // `scan` finds in [begin, end), offsets in bytes.
  template <typename Take>
  Status Scan(PageScan scan, uint64_t begin, uint64_t end, Take take) {
    PERDURE_CHECK(end <= reserved_bytes_, "tracking beyond the reservation");
    scan.size = sizeof scan;
    scan.start = base_ + begin;
    scan.end = base_ + end;
    scan.vec = reinterpret_cast<uint64_t>(regions_.get());
    scan.vec_len = kRegionsPerScan;
    while (scan.start < scan.end) {
      const int found = ScanPages(pagemap_.get(), &scan);
      if (found < 0 && errno == EINTR) continue;
      if (found < 0) return SystemError("scanning for written memory");
      const auto count = static_cast<size_t>(found);
      for (size_t i = 0; i < count; ++i) {
        take((regions_[i].start - base_) / kChunkBytes, (regions_[i].end - base_) / kChunkBytes,
             (regions_[i].categories & kPageIsPfnZero) != 0);
      }
      if (count < kRegionsPerScan) break;  // (3)
      scan.start = regions_[count - 1].end;
    }
    return OkStatus();
  }

  const uint64_t base_;
  const uint64_t reserved_bytes_;
  MissingPages* const missing_;
  const Userfault userfault_;  // its end is that of the protection
  const OwnedFd pagemap_;
  const std::unique_ptr<PageRegion[]> regions_;
  std::vector<ChunkRange> reported_;
  PageBitmap confirmed_;  // chunks that exist (2)
  PageBitmap protected_;  // blocks (6)
};

}  // namespace

Result<std::unique_ptr<Tracker>> CreateWpAsyncTracker(uint8_t* base, uint64_t reserved_bytes,
                                                      MissingPages* missing) {
  PERDURE_ASSIGN_OR_RETURN(OwnedFd pagemap, OpenPagemap());
  PERDURE_ASSIGN_OR_RETURN(Userfault userfault, Userfault::Open(kUffdWpAsync, base, reserved_bytes,
                                                                Userfault::kProtection, missing));
  auto tracker = std::make_unique<WpAsyncTracker>(base, reserved_bytes, std::move(userfault),
                                                  std::move(pagemap), missing);
  PERDURE_TRY(tracker->Start());
  return std::unique_ptr<Tracker>(std::move(tracker));
}

}  // namespace perdure
