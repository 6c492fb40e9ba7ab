// Pages that stay writable because nearly every event writes to them: which (hot_pages.h), and that
// nothing that is written to them is lost (fault_tracker.h).
#include "rtlib/track/hot_pages.h"

#include <random>

#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

constexpr uint64_t kEnd = 1000;

void PassEvents(HotPages* pages, uint64_t count) {
  for (uint64_t i = 0; i < count; ++i) pages->EndEvent(kEnd);
}

TEST_CASE("a page that is written again soon is opened, and one that is not is not") {
  HotPages pages;
  CHECK_FALSE(pages.Written(7));
  CHECK_FALSE(pages.Written(8));
  PassEvents(&pages, HotPages::kRecentEvents);
  CHECK_FALSE(pages.Written(7));
  pages.EndEvent(kEnd);
  CHECK(pages.IsOpen(7));
  CHECK_FALSE(pages.Written(8));
  CHECK_FALSE(pages.IsOpen(8));
  CHECK(pages.Written(7));
  CHECK(pages.open_count() == 1);
  CHECK(pages.open_page(0) == 7);
}

TEST_CASE(
    "an open page is closed when it has not been written to for long, or lies behind the end") {
  HotPages pages;
  for (int event = 0; event < 2; ++event) {
    pages.Written(7);
    pages.Written(900);
    pages.EndEvent(kEnd);
  }
  REQUIRE(pages.open_count() == 2);
  PassEvents(&pages, HotPages::kIdleEvents - 1);
  CHECK(pages.Written(7));
  PassEvents(&pages, 1);
  CHECK(pages.IsOpen(7));
  CHECK_FALSE(pages.IsOpen(900));
  pages.EndEvent(7);
  CHECK(pages.open_count() == 0);
}

TEST_CASE("no more pages are open than may be (1)") {
  HotPages pages;
  for (int event = 0; event < 3; ++event) {
    for (uint64_t page = 0; page < 2 * HotPages::kOpenMax; ++page) pages.Written(page);
    pages.EndEvent(kEnd);
  }
  CHECK(pages.open_count() == HotPages::kOpenMax);
}

bool WpSyncWorks() {
  const bool works = TrackModeVerdict(TrackMode::kWpSync).ok();
  if (!works) WARN("wp-sync does not work here: not tested");
  return works;
}

using Chunks = std::set<uint64_t>;

TEST_CASE("a page that is written all the time is reported all the time, until it is left alone") {
  if (!WpSyncWorks()) return;
  TrackedMemory memory(TrackMode::kWpSync, 4, 4, false, TrackedMemory::Hot::kKept);
  for (uint64_t chunk = 0; chunk < memory.chunk_count(); ++chunk) memory.WriteChunk(chunk);
  memory.Arm();
  for (int event = 0; event < 3; ++event) {
    memory.WriteChunk(5);
    CHECK(memory.Collect() == Chunks{5});
  }
  memory.WriteChunk(9);
  CHECK(memory.Peek() == Chunks{5, 9});
  CHECK(memory.Collect() == Chunks{5, 9});
  for (uint64_t event = 0; event < HotPages::kIdleEvents; ++event) memory.Collect();
  CHECK(memory.Collect().empty());
  memory.WriteChunk(5);
  CHECK(memory.Collect() == Chunks{5});
}

TEST_CASE("writes to pages of every temper, growth and shrinking agree with a model") {
  if (!WpSyncWorks()) return;
  for (const uint64_t seed : {1u, 2u, 3u}) {
    std::mt19937_64 random(seed);
    TrackedMemory memory(TrackMode::kWpSync, 8, 200, false, TrackedMemory::Hot::kKept);
    memory.Arm();
    uint64_t favourites = 4;  // of the chunks at the beginning and at the end
    for (int event = 0; event < 2000; ++event) {
      if (event % 97 == 0) favourites = random() % 60;
      const uint64_t end = memory.chunk_count();
      for (uint64_t i = 0; i < favourites; ++i) {
        if (random() % 3 != 0) memory.WriteChunk(i % 2 == 0 ? i % end : end - 1 - i % end);
      }
      const uint64_t others = random() % 40 == 0 ? 300 : random() % 4;
      for (uint64_t i = 0; i < others; ++i) memory.WriteChunk(random() % end);
      if (random() % 5 == 0) memory.Peek();
      if (random() % 11 == 0) memory.Resize(1 + random() % 200);
      memory.Collect();
      if (random() % 13 == 0) memory.Resize(1 + random() % 200);
      if (random() % 50 == 0) memory.Arm();
    }
  }
}

}  // namespace
}  // namespace perdure
