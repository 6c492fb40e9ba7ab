// wp-async or wp-sync, whichever is cheaper for what the program does at present.
//
//   wp-async  a written chunk costs one fault inside the kernel, an event a scan of all page tables
//   wp-sync   a written chunk costs a signal and two system calls, but for hot ones (hot_pages.h),
//             which cost a comparison; an event nothing
//
// (64 MiB: 18 us an event and 1.3 us a chunk, against 6 us a chunk; 1 GiB: 260 us an event; 64 KiB:
// 2.6 us an event.) The first is right for events that write much, the second for those that
// write little, or write to the same few chunks, and the more so the larger the memory; a program
// can be both at different times. So the choice is made while it runs, from what was measured: the
// scan at each event, a chunk's price by a trial once in the process. Which chunks would be hot is
// known under either way.
//
//   ASYNC --regret > price of a change--> SYNC          (track_choice.h)
//     ^-----------------------------------'
//
// Invariants
//  (1) A change happens in Rearm: nothing is written while neither way is armed.
//  (2) If the other way cannot be had, the present one stays for good.
//  (3) The trial is made only after kTrialEvents events in which even a conservative guess said
//      that it might matter: a short-lived process does not pay for it.
#include <algorithm>

#include "rtlib/base/clock.h"
#include "rtlib/track/hot_pages.h"
#include "rtlib/track/track_choice.h"
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

constexpr int kTrialEvents = 16;
// A signal costs at least this much more than a fault inside the kernel.
constexpr uint64_t kSignalNsLeast = 1000;
// Comparing a chunk that is in no cache.
constexpr uint64_t kCompareNs = 600;
// Changing walks all page tables a few times; the first guess of its price is this many scans.
constexpr uint64_t kScansAChange = 20;

class AdaptiveTracker final : public Tracker {
 public:
  AdaptiveTracker(uint8_t* base, uint64_t reserved_bytes, std::unique_ptr<Tracker> first,
                  const TrackPrices& prices, MissingPages* missing)
      : base_(base),
        reserved_bytes_(reserved_bytes),
        missing_(missing),
        present_(std::move(first)),
        prices_(prices) {}

  Status Arm(uint64_t size_bytes) override { return present_->Arm(size_bytes); }

  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    const uint64_t began = MonotonicNs();
    PERDURE_TRY(present_->Collect(size_bytes, dirty));
    size_bytes_ = size_bytes;
    if (size_bytes == 0 || settled_) return OkStatus();
    if (mode_ == TrackMode::kWpAsync) NoteScan(((MonotonicNs() - began) << 20) / size_bytes);
    collected_ = *dirty;
    return OkStatus();
  }

  Status Rearm(const std::vector<uint64_t>& unchanged) override {
    PERDURE_TRY(present_->Rearm(unchanged));
    if (size_bytes_ == 0 || settled_ || !ShouldChange(unchanged)) return OkStatus();
    return Change(size_bytes_);
  }

  // An event that is undone says nothing about those that are not.
  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    return present_->Peek(size_bytes, dirty);
  }

  TrackMode mode() const override { return mode_; }

 private:
  bool ShouldChange(const std::vector<uint64_t>& unchanged) {
    const Written written = CountWritten(unchanged);
    if (prices_.sync_ns == 0 && !Try(written)) return false;
    const uint64_t async_ns =
        ScanNs(size_bytes_) + (written.hot + written.others) * prices_.async_ns;
    const uint64_t sync_ns = hot_.open_count() * kCompareNs + written.others * prices_.sync_ns;
    return mode_ == TrackMode::kWpAsync ? choice_.Prefers(sync_ns, async_ns)
                                        : choice_.Prefers(async_ns, sync_ns);
  }

  // Chunks that were really written to, by what they are for wp-sync.
  struct Written {
    uint64_t hot = 0, others = 0;
  };
  Written CountWritten(const std::vector<uint64_t>& unchanged) {
    Written written;
    if (ChunksIn(collected_) > HotPages::kWrittenMax + HotPages::kOpenMax) {
      hot_.Clear();
      written.others = ChunksIn(collected_);
      return written;
    }
    for (const ChunkRange& range : collected_) {
      for (uint64_t chunk = range.begin; chunk < range.end; ++chunk) {
        if (std::binary_search(unchanged.begin(), unchanged.end(), chunk)) continue;
        ++(hot_.Written(chunk) ? written.hot : written.others);
      }
    }
    hot_.EndEvent(size_bytes_ / kChunkBytes);
    return written;
  }

  // False while there are no prices (3).
  bool Try(const Written& written) {
    if (ScanNs(size_bytes_) > written.others * kSignalNsLeast) ++worth_a_trial_;
    if (worth_a_trial_ < kTrialEvents) return false;
    const Result<TrackPrices> prices = MeasureTrackPrices();
    settled_ = !prices.ok();
    if (settled_) return false;
    prices_ = *prices;
    choice_ = TrackChoice(kScansAChange * ScanNs(size_bytes_));
    return true;
  }

  uint64_t ScanNs(uint64_t size_bytes) const { return scan_ns_a_mib_ * (size_bytes >> 10) >> 10; }

  // A scan during which the machine did something else says nothing: the price is the least seen,
  // raised a little by each scan that took longer, so that it follows a memory that fills up.
  void NoteScan(uint64_t ns_a_mib) {
    const uint64_t raised = scan_ns_a_mib_ + scan_ns_a_mib_ / 8 + 1;
    scan_ns_a_mib_ = std::min(ns_a_mib, raised);
  }

  Status Change(uint64_t size_bytes) {
    const uint64_t began = MonotonicNs();
    const TrackMode before = mode_;
    const TrackMode after =
        before == TrackMode::kWpAsync ? TrackMode::kWpSync : TrackMode::kWpAsync;
    if (!Use(after, size_bytes).ok()) {
      settled_ = true;  // (2)
      return Use(before, size_bytes);
    }
    choice_.Changed(MonotonicNs() - began);
    return OkStatus();
  }

  Status Use(TrackMode mode, uint64_t size_bytes) {
    present_.reset();  // a range can be registered once
    mode_ = mode;
    if (mode == TrackMode::kWpAsync) {
      PERDURE_ASSIGN_OR_RETURN(present_, CreateWpAsyncTracker(base_, reserved_bytes_, missing_));
    } else {
      PERDURE_ASSIGN_OR_RETURN(
          present_, CreateWpSyncTracker(base_, reserved_bytes_, missing_, {}, /*keeps_hot=*/true));
    }
    return present_->Arm(size_bytes);
  }

  uint8_t* const base_;
  const uint64_t reserved_bytes_;
  MissingPages* const missing_;
  std::unique_ptr<Tracker> present_;  // null: neither way could be had, and nobody asks again
  TrackMode mode_ = TrackMode::kWpAsync;
  TrackChoice choice_ = TrackChoice(0);
  TrackPrices prices_;
  HotPages hot_;  // of chunks: a system whose pages are larger has none that is hot
  std::vector<ChunkRange> collected_;
  uint64_t size_bytes_ = 0;
  int worth_a_trial_ = 0;
  uint64_t scan_ns_a_mib_ = UINT64_MAX / 2;
  bool settled_ = false;
};

}  // namespace

Result<std::unique_ptr<Tracker>> CreateAdaptiveTracker(uint8_t* base, uint64_t reserved_bytes,
                                                       const TrackPrices& prices,
                                                       MissingPages* missing) {
  PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Tracker> first,
                           CreateTracker(TrackMode::kWpAsync, base, reserved_bytes, missing));
  return std::unique_ptr<Tracker>(
      std::make_unique<AdaptiveTracker>(base, reserved_bytes, std::move(first), prices, missing));
}

}  // namespace perdure
