// What only wp-async does. Invariants (n) are those of wp_async_tracker.cc.
#include <algorithm>

#include "rtlib/track/existing_pages.h"
#include "rtlib/track/userfault.h"
#include "tests/unit/track/tracked_memory.h"

namespace perdure {
namespace {

using Chunks = std::set<uint64_t>;

bool Works() {
  const std::vector<TrackMode> modes = WorkingModes();
  return std::find(modes.begin(), modes.end(), TrackMode::kWpAsync) != modes.end();
}

TEST_CASE("memory in which nothing exists is left without page tables (6)") {
  if (!Works()) return;
  constexpr uint64_t kFar = 12000;  // chunks
  TrackedMemory memory(TrackMode::kWpAsync, 1024, 1024);
  memory.WriteChunk(3);
  memory.Arm();
  CHECK(memory.Collect().empty());
  memory.WriteChunk(kFar);
  CHECK(memory.Peek() == Chunks{kFar});
  CHECK(memory.Collect() == Chunks{kFar});
  CHECK(memory.Collect().empty());
  std::vector<ChunkRange> marked;
  AppendExistingPages(memory.memory().data, 0, memory.memory().size / PageBytes(), &marked);
  const uint64_t a_table = PageBytes() / sizeof(uint64_t);
  for (const ChunkRange& range : marked) {
    for (const uint64_t page : {range.begin, range.end - 1}) {
      const uint64_t table = page / a_table;
      CHECK((table == 0 || table == kFar * kChunkBytes / PageBytes() / a_table));
    }
  }
  memory.WriteChunk(kFar + 1);
  memory.WriteChunk(4);
  CHECK(memory.Collect() == Chunks{4, kFar + 1});
}

TEST_CASE("thousands of separate ranges in new memory are all reported, each once (3)") {
  if (!Works()) return;
  for (const uint64_t ranges : {511u, 512u, 513u, 1024u, 4095u, 4096u, 4097u, 8192u, 16384u}) {
    TrackedMemory memory(TrackMode::kWpAsync, 4096, 4096);
    memory.Arm();
    for (int event = 0; event < 2; ++event) {
      for (uint64_t i = 0; i < ranges; ++i) memory.WriteChunk(4 * i);
      CHECK(memory.Peek().size() == ranges);
      CHECK(memory.Collect().size() == ranges);
      CHECK(memory.ranges() == ranges);
      CHECK(memory.Collect().empty());
    }
  }
}

}  // namespace
}  // namespace perdure
