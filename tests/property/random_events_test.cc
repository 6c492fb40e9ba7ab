// The oracle on the hand-written modules with random events: random calls reach orders of growth,
// traps, drops and calls through tables that nobody wrote down.
#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/oracle.h"
#include "tests/support/process.h"

namespace perdure::test {
namespace {

void RandomEvents(const std::string& name) {
  const std::string driver = BuildDriver(Module(name));
  const std::vector<std::string> modes = TrackModes(driver);
  const uint64_t seeds = LongForm() ? 200 : 1;
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    for (const std::string& mode : modes)
      CheckRandomOracle(driver, seed, 80, 1 + static_cast<int>(seed % 3), mode);
  }
}

}  // namespace

TEST_CASE("oracle on random events: the collection of modules") {
  int count = 0;
  for (const auto& entry : std::filesystem::directory_iterator(RepositoryFile("tests/modules"))) {
    const std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".wat") continue;
    // No host library, no state, a clock in its state, counting up to any number.
    static constexpr std::string_view kUnfit[] = {"host_import.wat", "start_traps.wat",
                                                  "wasi_reactor.wat", "tail_calls.wat"};
    if (std::find(std::begin(kUnfit), std::end(kUnfit), name) != std::end(kUnfit)) continue;
    INFO(name);
    const std::string driver = BuildDriver(entry.path().string(), {.flags = {"-O0"}});
    const int events = LongForm() ? 300 : 30;
    CheckRandomOracle(driver, 1, events, 1, "");
    CheckRandomOracle(driver, 2, events, 3, "mprotect");
    ++count;
  }
  REQUIRE(count >= 15);
}

TEST_CASE("oracle on random events: memories") { RandomEvents("memories.wat"); }
TEST_CASE("oracle on random events: tables") { RandomEvents("tables.wat"); }
TEST_CASE("oracle on random events: types") { RandomEvents("types.wat"); }
TEST_CASE("oracle on random events: exceptions") { RandomEvents("exceptions.wat"); }
TEST_CASE("oracle on random events: 64-bit addresses") { RandomEvents("memory64.wat"); }

}  // namespace perdure::test
