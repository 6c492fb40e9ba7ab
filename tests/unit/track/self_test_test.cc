// The self-test of the mechanisms: it must pass for what works, and above all fail for what does
// not.
#include "rtlib/track/trackers.h"
#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

// A tracker in the way of a kernel that accepts every call. Reports the chunks of `truth` except
// those that `is_blind_to` says it cannot see.
class BlindTracker final : public Tracker {
 public:
  BlindTracker(std::unique_ptr<Tracker> truth, bool (*is_blind_to)(int collection, uint64_t chunk))
      : truth_(std::move(truth)), is_blind_to_(is_blind_to) {}

  Status Arm(uint64_t size_bytes) override { return truth_->Arm(size_bytes); }
  Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    PERDURE_TRY(Peek(size_bytes, dirty));
    ++collection_;
    return OkStatus();
  }
  Status Rearm(const std::vector<uint64_t>& unchanged) override { return truth_->Rearm(unchanged); }
  Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
    dirty->clear();
    std::vector<ChunkRange> all;
    PERDURE_TRY(truth_->Collect(size_bytes, &all));
    for (const ChunkRange& range : all) {
      for (uint64_t chunk = range.begin; chunk < range.end; ++chunk) {
        if (!is_blind_to_(collection_, chunk)) AppendRange(dirty, chunk, chunk + 1);
      }
    }
    return OkStatus();
  }
  TrackMode mode() const override { return truth_->mode(); }

 private:
  std::unique_ptr<Tracker> truth_;
  bool (*is_blind_to_)(int, uint64_t);
  int collection_ = 0;
};

Status TestBlindness(bool (*is_blind_to)(int collection, uint64_t chunk)) {
  wasm_rt_memory_t memory = {};
  REQUIRE(abi::AllocateMemory(&memory, 4, 8, false));
  std::fill_n(memory.data, 16 * kChunkBytes, uint8_t{1});
  auto truth = CreateTracker(TrackMode::kCompare, memory.data, abi::ReservedBytes(memory));
  REQUIRE(truth.ok());
  BlindTracker tracker(std::move(*truth), is_blind_to);
  const Status status = SelfTestTracker(&memory, &tracker);
  wasm_rt_free_memory(&memory);
  return status;
}

TEST_CASE("the self-test accepts a tracker that sees everything") {
  CHECK(TestBlindness([](int, uint64_t) { return false; }).ok());
}

TEST_CASE("the self-test refuses a tracker that misses any one kind of write") {
  bool (*const blindness[])(int, uint64_t) = {
      [](int, uint64_t) { return true; },               // everything, as soft-dirty may be
      [](int, uint64_t chunk) { return chunk < 16; },   // pages with content
      [](int, uint64_t chunk) { return chunk == 20; },  // pages never touched
      [](int, uint64_t chunk) { return chunk == 30; },  // pages read first
      [](int, uint64_t chunk) { return chunk == 63; },  // the last page
      [](int, uint64_t chunk) { return chunk >= 64; },  // pages grown since
      [](int collection, uint64_t) {
        return collection > 0;
      },  // whatever follows the first collection
      [](int collection, uint64_t) { return collection > 2; },
  };
  for (size_t i = 0; i < std::size(blindness); ++i) {
    CAPTURE(i);
    const Status status = TestBlindness(blindness[i]);
    CHECK(status.code() == StatusCode::kFailedPrecondition);
    CHECK(std::string(status.message()).find("was not reported") != std::string::npos);
  }
}

TEST_CASE("the self-test refuses a tracker that takes a look for a collection") {
  class Forgetful final : public Tracker {
   public:
    explicit Forgetful(Tracker* truth) : truth_(*truth) {}
    Status Arm(uint64_t size_bytes) override { return truth_.Arm(size_bytes); }
    Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
      return truth_.Collect(size_bytes, dirty);
    }
    Status Rearm(const std::vector<uint64_t>& unchanged) override {
      return truth_.Rearm(unchanged);
    }
    Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) override {
      PERDURE_TRY(Collect(size_bytes, dirty));
      return Rearm({});
    }
    TrackMode mode() const override { return truth_.mode(); }

   private:
    Tracker& truth_;
  };
  wasm_rt_memory_t memory = {};
  REQUIRE(abi::AllocateMemory(&memory, 4, 8, false));
  {
    auto truth = CreateTracker(TrackMode::kMprotect, memory.data, abi::ReservedBytes(memory));
    REQUIRE(truth.ok());
    Forgetful tracker(truth->get());
    CHECK(SelfTestTracker(&memory, &tracker).code() == StatusCode::kFailedPrecondition);
  }
  wasm_rt_free_memory(&memory);
}

TEST_CASE("compare passes its self-test everywhere") { CHECK(SelfTest(TrackMode::kCompare).ok()); }

}  // namespace
}  // namespace perdure
