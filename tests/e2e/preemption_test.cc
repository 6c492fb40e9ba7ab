// Commands that are saved in the middle of a computation, and builds that are not (--no-preempt).
#include <catch2/catch.hpp>
#include <csignal>
#include <nlohmann/json.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

std::string Spin() { return BuildProgram(Module("spin.wat")); }
std::string SpinWithoutPolls() {
  return BuildProgram(Module("spin.wat"), {.flags = {"-O1", "--no-preempt"}});
}

nlohmann::json InfoOf(const ProgramOn& program) {
  const Finished finished = program.Run({"--perdure-info", "--perdure-json"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  return nlohmann::json::parse(finished.out);
}

// Stops the program where it computes. "go" leaves with a commit, and after it the program does
// nothing but compute.
void StopWhereItComputes(const ProgramOn& spin) {
  Process process(spin.Line({"--perdure-commit=interval:1"}));
  REQUIRE(process.Write("1\n"));
  REQUIRE(process.ReadLine() == "go");
  process.Signal(SIGINT);
  const Finished finished = process.Wait();
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 130);
}

}  // namespace

TEST_CASE("a run is saved in a loop, is shown there, and goes on there") {
  ProgramOn spin(Spin());
  StopWhereItComputes(spin);
  const nlohmann::json info = InfoOf(spin);
  CHECK(info["frames"] == 2);
  CHECK(info["stack"] == nlohmann::json({{{"function", 3}, {"name", "spin"}, {"loop", 0}},
                                         {{"function", 4}, {"name", "_start"}, {"call", 2}}}));
  const Finished text = spin.Run({"--perdure-info"});
  RequireContains(text.out,
                  "\nstack           function 3 'spin', at loop 0\n"
                  "                function 4 '_start', at call 2\n");

  // Stopped at some moment, until that is after a commit: its input is at its end, and if it read
  // once more it would print "go" and end.
  const uint64_t saved = info["last_event"];
  for (int wait_ms = 10; InfoOf(spin)["last_event"] == saved; wait_ms *= 2) {
    Process process(spin.Line({"--perdure-commit=interval:1"}));
    process.CloseInput();
    CHECK_FALSE(process.ReadLine(std::chrono::milliseconds(wait_ms)).has_value());
    process.Signal(SIGINT);
    const Finished finished = process.Wait();
    CAPTURE(finished.Text());
    REQUIRE((finished.status == 130 || finished.signal == SIGINT));
  }
  CHECK(InfoOf(spin)["frames"] == 2);
}

TEST_CASE("a run that was saved in a loop is refused by a build with --no-preempt") {
  ProgramOn spin(Spin());
  StopWhereItComputes(spin);
  const ProgramOn other(SpinWithoutPolls(), spin.state());
  other.Refused(125, {}, {"in the middle of a computation", "--no-preempt"});
  CHECK(InfoOf(spin)["frames"] == 2);  // and nothing has happened to it
}

TEST_CASE("a run that was saved in a host call goes on in builds with and without --no-preempt") {
  const std::string programs[] = {Spin(), SpinWithoutPolls()};
  for (const int first : {0, 1}) {
    ProgramOn program(programs[first]);
    {
      Process process(program.Line({}));
      REQUIRE(process.WaitUntilItWaits());
    }
    const nlohmann::json stack = InfoOf(program)["stack"];
    REQUIRE(stack.size() == 2);
    CHECK(stack[0] == nlohmann::json({{"function", 0}, {"name", "fd_read"}}));
    const ProgramOn other(programs[1 - first], program.state());
    CHECK(InfoOf(other)["stack"] == stack);
    const Finished finished = other.Run({}, "0\n");
    CAPTURE(finished.Text());
    CHECK(finished.status == 0);
    CHECK(finished.out == "go\ndone\n");
  }
}

TEST_CASE("a build with --no-preempt is not stopped while it computes, but by a second signal") {
  ProgramOn spin(SpinWithoutPolls());
  Process process(spin.Line({"--perdure-commit=interval:1"}));
  REQUIRE(process.WaitUntilItWaits());
  const uint64_t saved = 1;
  REQUIRE(process.Write("1\n"));
  while (!process.HasTakenInput()) process.ReadLine(std::chrono::milliseconds(1));
  while (process.IsAlive()) process.Signal(SIGINT);  // two that are pending are one
  const Finished finished = process.Wait();
  CAPTURE(finished.Text());
  CHECK(finished.signal == SIGINT);
  CHECK(finished.out.empty());
  CHECK(InfoOf(spin)["last_event"] == saved);
  CHECK(InfoOf(spin)["stack"][0]["name"] == "fd_read");
}

TEST_CASE("option --no-preempt says nothing of a module without runs, and changes nothing") {
  ProgramOn counter(BuildProgram(Module("counter.wat"), {.flags = {"-O1", "--no-preempt"}}));
  counter.Expect({"increment"}, "1\n");
  const ProgramOn other(BuildProgram(Module("counter.wat")), counter.state());
  other.Expect({"increment"}, "2\n");
}

}  // namespace perdure::test
