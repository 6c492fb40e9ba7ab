// wp-async or wp-sync, whichever is cheaper for what the program does at present.
//
//   wp-async  a written chunk costs one fault inside the kernel, an event a scan of all page tables
//   wp-sync   a written chunk costs a signal and two system calls, an event nothing
//
// (64 MiB: 18 us an event and 1.3 us a chunk, against 6 us a chunk; 1 GiB: 260 us an event.) The
// first is right for small memories and for events that write much, the second for large memories
// and events that write little, and a program can be both at different times. So the choice is made
// while it runs, from what was measured: the scan at each event, a chunk's price by a trial once in
// the process.
//
//   ASYNC --regret > price of a change--> SYNC          (track_choice.h)
//     ^-----------------------------------'
//
// Invariants
//  (1) A change happens between a collection and the return from it: nothing is written while
//      neither way is armed.
//  (2) If the other way cannot be had, the present one stays for good.
//  (3) The trial is made only after kTrialEvents events in which even a conservative guess said
//      that it might matter: a short-lived process does not pay for it.
#include <algorithm>

#include "rtlib/base/clock.h"
#include "rtlib/track/track_choice.h"
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

constexpr int kTrialEvents = 16;
// A signal costs at least this much more than a fault inside the kernel.
constexpr uint64_t kSignalNsLeast = 1000;
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
    const uint64_t took = MonotonicNs() - began;
    if (size_bytes == 0 || settled_) return OkStatus();
    if (!ShouldChange(size_bytes, ChunksIn(*dirty), took)) return OkStatus();
    return Change(size_bytes);
  }

  // An event that is undone says nothing about those that are not.
  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    return present_->Peek(size_bytes, dirty);
  }

  TrackMode mode() const override { return mode_; }

 private:
  bool ShouldChange(uint64_t size_bytes, uint64_t chunks, uint64_t took_ns) {
    const bool is_async = mode_ == TrackMode::kWpAsync;
    if (is_async) NoteScan((took_ns << 20) / size_bytes);
    if (prices_.sync_ns == 0 && !Try(size_bytes, chunks)) return false;
    const uint64_t async_ns = ScanNs(size_bytes) + chunks * prices_.async_ns;
    const uint64_t sync_ns = chunks * prices_.sync_ns;
    return is_async ? choice_.Prefers(sync_ns, async_ns) : choice_.Prefers(async_ns, sync_ns);
  }

  // False while there are no prices (3).
  bool Try(uint64_t size_bytes, uint64_t chunks) {
    if (ScanNs(size_bytes) > chunks * kSignalNsLeast) ++worth_a_trial_;
    if (worth_a_trial_ < kTrialEvents) return false;
    const Result<TrackPrices> prices = MeasureTrackPrices();
    settled_ = !prices.ok();
    if (settled_) return false;
    prices_ = *prices;
    choice_ = TrackChoice(kScansAChange * ScanNs(size_bytes));
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
    PERDURE_ASSIGN_OR_RETURN(present_, CreateTracker(mode, base_, reserved_bytes_, missing_));
    return present_->Arm(size_bytes);
  }

  uint8_t* const base_;
  const uint64_t reserved_bytes_;
  MissingPages* const missing_;
  std::unique_ptr<Tracker> present_;  // null: neither way could be had, and nobody asks again
  TrackMode mode_ = TrackMode::kWpAsync;
  TrackChoice choice_ = TrackChoice(0);
  TrackPrices prices_;
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
