// Killed at a particular time of life: during the first event, while closing, while recovering.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>
#include <filesystem>
#include <thread>

#include "tests/crash/killing.h"
#include "tests/support/build.h"

namespace perdure::test {
namespace {

// Runs `program ARGUMENTS` and kills it after `delay_us`. True if it ended by itself before that.
bool RunAndKill(const ProgramOn& program, const std::vector<std::string>& arguments,
                int64_t delay_us) {
  Process process(program.Line(arguments));
  process.CloseInput();
  std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
  process.Signal(SIGKILL);
  Finished finished = process.Wait();
  INFO("killed after " << delay_us << " us: " << finished.Text());
  REQUIRE((finished.signal == SIGKILL || finished.status == 0));
  return finished.signal == 0;
}

// How long `program ARGUMENTS` takes, so that the moments of death cover all of it.
int64_t DurationUs(const ProgramOn& program, const std::vector<std::string>& arguments) {
  auto begin = std::chrono::steady_clock::now();
  REQUIRE(program.Run(arguments).status == 0);
  return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                               begin)
      .count();
}

// The line of --perdure-info that says how far the base is.
std::string BaseEvent(const ProgramOn& program) {
  for (const std::string& line : Lines(program.Run({"--perdure-info", "--perdure-json"}).out)) {
    if (line.find("\"base_event\"") != std::string::npos) return line;
  }
  FAIL("no base event");
  return {};
}

}  // namespace

TEST_CASE("a process killed during its first event leaves the first event to the next") {
  std::string program = BuildProgram(Module("slow_start.wat"));
  ProgramOn reference(program);
  const int64_t span_us = DurationUs(reference, {"done"});
  const std::string sum = reference.Run({"sum"}).out;
  const int kills = LongForm() ? 300 : 25;
  const uint64_t seed = CrashSeed();
  std::mt19937_64 random(seed);
  int died = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("PERDURE_SEED=" << seed << ", kill " << i);
    ProgramOn fresh(program);
    if (!RunAndKill(fresh, {"done"},
                    static_cast<int64_t>(random() % static_cast<uint64_t>(span_us))))
      ++died;
    fresh.Expect({"done"}, "1\n");
    fresh.Expect({"sum"}, sum);
  }
  REQUIRE(died > 0);
}

TEST_CASE("a process killed again and again during its first event gets there in the end") {
  ProgramOn program(BuildProgram(Module("slow_start.wat")));
  ProgramOn reference(program.program());
  const int64_t span_us = DurationUs(reference, {"done"});
  int died = 0;
  for (int i = 0; i < 10; ++i) {
    if (!RunAndKill(program, {"done"}, span_us * i / 10)) ++died;
  }
  REQUIRE(died > 0);
  program.Expect({"done"}, "1\n");
}

TEST_CASE("a process killed while it recovers and folds and closes loses nothing") {
  ProgramOn scatter(BuildProgram(Module("scatter.wat")));
  std::string input;
  for (int i = 0; i < 400; ++i) input += "step\n";
  REQUIRE(scatter.Run({"--perdure-history=all", "-"}, input).status == 0);
  scatter.CallAndKill("step");
  const std::string main = ReadFile(scatter.state()), wal = ReadFile(scatter.wal());
  // Opening with a short history has 400 events to fold when it closes.
  const std::vector<std::string> fold = {"--perdure-history=none", "check"};
  ProgramOn timed(scatter.program());
  WriteFile(timed.state(), main);
  WriteFile(timed.wal(), wal);
  const int64_t span_us = DurationUs(timed, fold);
  const int kills = LongForm() ? 400 : 30;
  const uint64_t seed = CrashSeed();
  std::mt19937_64 random(seed);
  int died = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("PERDURE_SEED=" << seed << ", kill " << i);
    std::filesystem::remove(scatter.state() + "-shm");
    WriteFile(scatter.state(), main);
    WriteFile(scatter.wal(), wal);
    for (int again = 0; again < 2; ++again) {
      const auto delay_us = static_cast<int64_t>(random() % static_cast<uint64_t>(span_us));
      if (!RunAndKill(scatter, fold, delay_us)) ++died;
    }
    scatter.Expect({"check"}, "401\n");
    scatter.Expect({"step"}, "402\n");
  }
  REQUIRE(died > 0);
}

TEST_CASE("a process killed while it folds in a pause or between events loses nothing") {
  ProgramOn scatter(BuildProgram(Module("scatter.wat")));
  const Command line = scatter.Line({"--perdure-history=none", "-"});
  constexpr int kUnfolded = 900;
  {
    Process process(line);
    std::string input;
    for (int i = 0; i < kUnfolded; ++i) input += "step\n";
    REQUIRE(process.Write(input));
    for (int i = 1; i <= kUnfolded; ++i) REQUIRE(process.ReadLine() == std::to_string(i));
    process.Signal(SIGKILL);
    REQUIRE(process.Wait().signal == SIGKILL);
  }
  const std::string main = ReadFile(scatter.state()), wal = ReadFile(scatter.wal());
  const std::string before = BaseEvent(scatter);
  const int kills = LongForm() ? 400 : 40;
  const uint64_t seed = CrashSeed();
  std::mt19937_64 random(seed);
  int folded = 0;
  for (int i = 0; i < kills; ++i) {
    INFO("PERDURE_SEED=" << seed << ", kill " << i);
    WriteFile(scatter.state(), main);
    WriteFile(scatter.wal(), wal);
    int known = kUnfolded;
    Process process(line);
    // The pieces of a fold that is done between events join their transactions.
    const int events = i % 2 == 0 ? 1 : 200;
    for (int event = 0; event < events; ++event) {
      REQUIRE(process.Write("step\n"));
      REQUIRE(process.ReadLine() == std::to_string(++known));
    }
    std::this_thread::sleep_for(std::chrono::microseconds(random() % 25000));
    process.Signal(SIGKILL);
    REQUIRE(process.Wait().signal == SIGKILL);
    folded += BaseEvent(scatter) != before ? 1 : 0;
    scatter.Expect({"check"}, std::to_string(known) + "\n");
    scatter.Expect({"step"}, std::to_string(known + 1) + "\n");
  }
  REQUIRE(folded > 0);
}

}  // namespace perdure::test
