// Changing between two ways of tracking: when (track_choice.h), and that nothing is lost by it
// (adaptive_tracker.cc).
#include <random>

#include "rtlib/track/track_choice.h"
#include "rtlib/track/trackers.h"
#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

TEST_CASE("a choice changes once as much was lost as the change costs, and not before (1)") {
  TrackChoice choice(1000);
  for (int event = 0; event < 10; ++event) CHECK_FALSE(choice.Prefers(50, 150));
  CHECK(choice.Prefers(50, 150));
  choice.Changed(300);
  CHECK_FALSE(choice.Prefers(0, 300));
  CHECK(choice.Prefers(0, 1));
}

TEST_CASE("events that speak against a change take back what spoke for it (1)") {
  TrackChoice choice(1000);
  for (int round = 0; round < 1000; ++round) {
    CHECK_FALSE(choice.Prefers(0, 900));
    CHECK_FALSE(choice.Prefers(5000, 0));
  }
  CHECK_FALSE(choice.Prefers(0, 1000));
  CHECK(choice.Prefers(0, 1));
}

TEST_CASE("whatever the events are, choosing loses little against the better of the two ways (2)") {
  std::mt19937_64 random(7);
  for (int sequence = 0; sequence < 200; ++sequence) {
    constexpr uint64_t kPrice = 1000;
    constexpr uint64_t kEventMost = 100;
    TrackChoice choice(kPrice);
    uint64_t spent = 0;
    uint64_t always[2] = {0, 0};
    int present = 0;
    for (int event = 0; event < 5000; ++event) {
      // Phases in which one of the two is usually better.
      const int favoured = (event / (1 + sequence * 7)) % 2;
      uint64_t cost[2] = {random() % kEventMost, random() % kEventMost};
      if (cost[favoured] > cost[1 - favoured]) std::swap(cost[0], cost[1]);
      spent += cost[present];
      always[0] += cost[0];
      always[1] += cost[1];
      if (choice.Prefers(cost[1 - present], cost[present])) {
        spent += kPrice;
        present = 1 - present;
        choice.Changed(kPrice);
      }
    }
    CHECK(spent <= 2 * std::min(always[0], always[1]) + 2 * (kPrice + kEventMost));
  }
}

// With these prices an event that writes nothing speaks for wp-sync, and one that writes a chunk
// makes wp-async the better way at once.
constexpr TrackPrices kExtreme = {.async_ns = 0, .sync_ns = uint64_t{1} << 40};

bool BothWork() {
  const bool work = TrackModeVerdict(TrackMode::kWpAsync).ok() && MeasureTrackPrices().ok();
  if (!work) WARN("wp-async and wp-sync do not both work here: not tested");
  return work;
}

TEST_CASE("no write is lost around a change of the way of tracking (1)") {
  if (!BothWork()) return;
  wasm_rt_memory_t memory = {};
  REQUIRE(abi::AllocateMemory(&memory, 64, 256, false));
  auto tracker = CreateAdaptiveTracker(memory.data, abi::ReservedBytes(memory), kExtreme);
  REQUIRE(tracker.ok());
  REQUIRE((*tracker)->Arm(memory.size).ok());
  std::mt19937_64 random(11);
  std::vector<ChunkRange> dirty;
  for (int change = 0; change < 20; ++change) {
    const TrackMode before = (*tracker)->mode();
    int collections = 0;
    while ((*tracker)->mode() == before) {
      REQUIRE(++collections < 1'000'000);
      std::set<uint64_t> written;
      if (before == TrackMode::kWpSync) {
        for (int i = 0; i < 5; ++i) {
          const uint64_t address = random() % memory.size;
          memory.data[address] = static_cast<uint8_t>(memory.data[address] + 1);
          written.insert(address / kChunkBytes);
        }
        REQUIRE(abi::ResizeMemory(&memory, 64 + random() % 192));
        std::erase_if(written, [&](uint64_t chunk) { return chunk >= memory.size / kChunkBytes; });
      }
      REQUIRE((*tracker)->Collect(memory.size, &dirty).ok());
      REQUIRE((*tracker)->Rearm({}).ok());
      for (const ChunkRange& range : dirty) {
        for (uint64_t chunk = range.begin; chunk < range.end; ++chunk) written.erase(chunk);
      }
      CHECK(written.empty());
    }
  }
  tracker->reset();
  wasm_rt_free_memory(&memory);
}

TEST_CASE("what the trial measures is a price for both ways, the signal being the dearer") {
  if (!BothWork()) return;
  const Result<TrackPrices> prices = MeasureTrackPrices();
  CHECK(prices->async_ns > 0);
  CHECK(prices->sync_ns > prices->async_ns);
}

}  // namespace
}  // namespace perdure
