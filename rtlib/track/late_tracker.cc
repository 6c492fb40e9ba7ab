// The first events of a small memory are compared whole; tracking begins when there are more.
//
// A process that delivers one event and ends would spend more on the self-test and on registering
// than on everything else it does with its memory (200 us, of which a comparison of 256 KiB is a
// tenth). And for a process that stays, it makes no difference when it is spent.
//
//   COMPARE --kEvents collections, or the memory has grown--> what CreateBestTracker() gives
//
// Invariant: a change happens in Rearm, after a collection that reported every chunk, so that
// nothing is written while neither way is armed.
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

// A new state has two: its start, and the call.
constexpr int kEvents = 2;

class LateTracker final : public Tracker {
 public:
  LateTracker(uint8_t* base, uint64_t reserved_bytes, std::unique_ptr<Tracker> comparer)
      : base_(base), reserved_bytes_(reserved_bytes), present_(std::move(comparer)) {}

  Status Arm(uint64_t size_bytes) override { return present_->Arm(size_bytes); }

  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    size_bytes_ = size_bytes;
    return present_->Collect(size_bytes, dirty);
  }

  Status Rearm(const std::vector<uint64_t>& unchanged) override {
    if (is_late_) return present_->Rearm(unchanged);
    if (++events_ <= kEvents && size_bytes_ <= kComparedBytesMax) return OkStatus();
    is_late_ = true;
    PERDURE_ASSIGN_OR_RETURN(present_,
                             CreateBestTracker(base_, reserved_bytes_, kComparedBytesMax + 1));
    return present_->Arm(size_bytes_);
  }

  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    return present_->Peek(size_bytes, dirty);
  }

  TrackMode mode() const override { return present_->mode(); }

 private:
  uint8_t* const base_;
  const uint64_t reserved_bytes_;
  std::unique_ptr<Tracker> present_;
  uint64_t size_bytes_ = 0;
  int events_ = 0;
  bool is_late_ = false;
};

}  // namespace

Result<std::unique_ptr<Tracker>> CreateLateTracker(uint8_t* base, uint64_t reserved_bytes) {
  PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Tracker> comparer,
                           CreateTracker(TrackMode::kCompare, base, reserved_bytes));
  return std::unique_ptr<Tracker>(
      std::make_unique<LateTracker>(base, reserved_bytes, std::move(comparer)));
}

}  // namespace perdure
