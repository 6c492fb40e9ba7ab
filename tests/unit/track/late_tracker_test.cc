// Small memories: compared at first, tracked later (late_tracker.cc).
#include "rtlib/track/trackers.h"
#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

class SmallMemory {
 public:
  explicit SmallMemory(uint64_t pages) {
    REQUIRE(abi::AllocateMemory(&memory_, pages, 64, false));
    auto tracker = CreateBestTracker(memory_.data, abi::ReservedBytes(memory_), memory_.size);
    REQUIRE(tracker.ok());
    tracker_ = *std::move(tracker);
    REQUIRE(tracker_->Arm(memory_.size).ok());
  }
  ~SmallMemory() {
    tracker_.reset();
    wasm_rt_free_memory(&memory_);
  }

  void Grow(uint64_t pages) { REQUIRE(abi::ResizeMemory(&memory_, pages)); }
  TrackMode mode() const { return tracker_->mode(); }

  // Whether an event that writes this chunk is seen to have done so.
  bool Sees(uint64_t chunk) {
    ++memory_.data[chunk * kChunkBytes];
    std::vector<ChunkRange> dirty;
    REQUIRE(tracker_->Collect(memory_.size, &dirty).ok());
    REQUIRE(tracker_->Rearm({}).ok());
    for (const ChunkRange& range : dirty) {
      if (range.begin <= chunk && chunk < range.end) return true;
    }
    return false;
  }

 private:
  wasm_rt_memory_t memory_;
  std::unique_ptr<Tracker> tracker_;
};

TEST_CASE("a small memory is compared in two events and tracked from then on") {
  const Result<TrackMode> best = ChooseTrackMode();
  REQUIRE(best.ok());
  SmallMemory memory(2);
  for (int event = 0; event < 2; ++event) {
    CHECK(memory.mode() == TrackMode::kCompare);
    CHECK(memory.Sees(5));
  }
  CHECK(memory.Sees(7));
  CHECK(memory.mode() == *best);
  for (const uint64_t chunk : {5, 7, 30, 31}) CHECK(memory.Sees(chunk));
}

TEST_CASE("a memory that has grown large is tracked at once, and so is one that began so") {
  const Result<TrackMode> best = ChooseTrackMode();
  REQUIRE(best.ok());
  constexpr uint64_t kPagesCompared = kComparedBytesMax / abi::kWasmPageBytes;
  SmallMemory grown(kPagesCompared);
  CHECK(grown.mode() == TrackMode::kCompare);
  grown.Grow(kPagesCompared + 1);
  CHECK(grown.Sees(kPagesCompared * kChunksAPage));
  CHECK(grown.mode() == *best);
  CHECK(grown.Sees(0));
  CHECK(SmallMemory(kPagesCompared + 1).mode() == *best);
}

TEST_CASE("a way that was asked for is taken from the beginning") {
  for (const TrackMode mode : WorkingModes()) {
    setenv("PERDURE_TRACK", std::string(TrackModeName(mode)).c_str(), 1);
    SmallMemory memory(1);
    CHECK(memory.mode() == mode);
    unsetenv("PERDURE_TRACK");
  }
}

}  // namespace
}  // namespace perdure
