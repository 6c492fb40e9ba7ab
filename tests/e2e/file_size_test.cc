// The size of a state is that of its base and its history window, however many events came.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

// Delivers `count` calls in one process; the size of the state after it ended.
uint64_t SizeAfter(const ProgramOn& program, const std::string& call, int count) {
  Command command = program.Line({"--perdure-durability=off", "-"});
  for (int i = 0; i < count; ++i) command.input += call + "\n";
  command.timeout = std::chrono::minutes(8);  // the long form delivers 100,000
  Finished finished = Run(command);
  INFO(finished.err);
  REQUIRE(finished.status == 0);
  REQUIRE(std::filesystem::file_size(program.wal()) <= 64 * 1024);
  return std::filesystem::file_size(program.state());
}

}  // namespace

TEST_CASE("a state does not grow with the number of its events") {
  const int many = LongForm() ? 100'000 : 8000;
  for (const auto& [module, call] :
       {std::pair("counter.wat", "increment"), {"scatter.wat", "step"}}) {
    ProgramOn program(BuildProgram(Module(module)));
    // Until the window is full, and there is room for what waits to be folded (2500 rows in a
    // process): more of it waits in the second process, which begins with a full window.
    SizeAfter(program, call, 4000);
    const uint64_t before = SizeAfter(program, call, 4000);
    const uint64_t after = SizeAfter(program, call, many);
    INFO(module << ": " << before << " bytes, then " << after);
    REQUIRE(after <= before + before / 10);
  }
}

TEST_CASE("a state does not grow with the number of processes either") {
  ProgramOn scatter(BuildProgram(Module("scatter.wat")));
  const uint64_t before = SizeAfter(scatter, "step", 700);
  uint64_t after = 0;
  for (int i = 0; i < 200; ++i) after = SizeAfter(scatter, "step", 4);
  INFO(before << " bytes, then " << after);
  REQUIRE(after <= before + before / 5);
}

}  // namespace perdure::test
