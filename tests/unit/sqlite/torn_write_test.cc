// Power that fails in the middle of the one write that an event is (log_image.h).
//
// The write is of whole blocks, and a device keeps each of their sectors or does not. So the log as
// it is after an event, with some of its sectors as they were before, is what may be found; the
// block in which the event before ended is among those that are written again.
#include <algorithm>
#include <random>

#include "tests/unit/sqlite/stepped_program.h"

namespace perdure::test {
namespace {

constexpr size_t kSector = 512;

// `after` with about half of the sectors that changed as in `before`.
std::string Torn(const std::string& before, const std::string& after, std::mt19937* random) {
  std::string torn = after;
  for (size_t at = 0; at < torn.size(); at += kSector) {
    const size_t size = std::min(kSector, torn.size() - at);
    std::string old(size, '\0');
    if (at < before.size()) old.replace(0, size, before, at, size);
    old.resize(size);
    if ((*random)() % 2 == 0) torn.replace(at, size, old);
  }
  return torn;
}

TEST_CASE("power that fails while an event is written leaves it whole or not at all (S1, S2)") {
  constexpr uint64_t kEvents = 24;
  constexpr uint32_t kWords = 40;  // a page or two of the log
  const std::vector<uint64_t> expected = MemoryAfterSteps(kEvents, kWords);
  ScratchState scratch;
  std::vector<std::string> logs(2);
  std::string state;
  {
    SteppedProgram program(scratch.path());
    REQUIRE(program.Open().ok());
    for (uint64_t seq = 2; seq <= kEvents; ++seq) {
      REQUIRE(program.Step(seq, kWords).ok());
      logs.push_back(ReadFile(scratch.log()));
    }
    state = ReadFile(scratch.path());
    REQUIRE(program.Close().ok());
  }
  std::mt19937 random(5);
  uint64_t whole = 0, without = 0;
  for (uint64_t seq = 4; seq <= kEvents; ++seq) {
    for (int round = 0; round < 8; ++round) {
      ScratchState found;
      WriteFile(found.path(), state);
      const std::string& after = logs[seq];
      WriteFile(found.log(), round == 0 ? after : Torn(logs[seq - 1], after, &random));
      SteppedProgram program(found.path());
      const Status opened = program.Open();
      INFO("event " << seq << ", round " << round << ": " << opened.message());
      REQUIRE(opened.ok());
      const uint64_t newest = program.newest();
      REQUIRE((newest == seq || (round != 0 && newest == seq - 1)));
      CHECK(program.MemoryHash() == expected[newest]);
      ++(newest == seq ? whole : without);
    }
  }
  CHECK(whole >= kEvents - 3);
  CHECK(without > 0);
}

}  // namespace
}  // namespace perdure::test
