// A killed process has lost nothing that it acknowledged, and invented nothing.
//
// The program counts; every answer is the count after its event. If the last answer seen was n when
// the process died, the next process must find n or, had the next event just been committed and not
// yet been answered, n + 1.
#include <catch2/catch.hpp>
#include <chrono>
#include <iostream>

#include "tests/crash/killing.h"
#include "tests/support/build.h"

namespace perdure::test {
namespace {

int Kills(int few) { return LongForm() ? few * 20 : few; }

int64_t Number(const ProgramOn& program, const std::vector<std::string>& arguments) {
  Finished finished = program.Run(arguments);
  INFO(finished.Text());
  REQUIRE(finished.status == 0);
  return std::stoll(finished.out);
}

// How long a process takes for one call, from its start to its end: kills have to come later on a
// slow machine, or in a program slowed by a sanitizer, to meet it at work.
int64_t CallTimeUs(const ProgramOn& program, const std::string& call) {
  const auto start = std::chrono::steady_clock::now();
  Number(program, {call});
  const auto time = std::chrono::steady_clock::now() - start;
  return std::chrono::duration_cast<std::chrono::microseconds>(time).count();
}

// Kills `program` `kills` times, the state going on from death to death.
void CheckCounting(const ProgramOn& program, const std::vector<std::string>& options,
                   const std::string& call, const std::string& count, int kills) {
  const uint64_t seed = CrashSeed();
  INFO("PERDURE_SEED=" << seed);
  std::mt19937_64 random(seed);
  int64_t known = 0, answered = 0;
  const int64_t span_us = 20'000 + 4 * CallTimeUs(program, count);
  for (int i = 0; i < kills; ++i) {
    const int64_t delay_us = static_cast<int64_t>(random() % static_cast<uint64_t>(span_us));
    INFO("kill " << i << " after " << delay_us << " us, known count " << known);
    Killed killed = PingPongUntilKilled(program, options, call, delay_us);
    for (const std::string& answer : killed.answers) REQUIRE(answer == std::to_string(++known));
    answered += static_cast<int64_t>(killed.answers.size());
    const int64_t now = Number(program, {count});
    REQUIRE(now >= known);
    REQUIRE(now <= known + (killed.sent > static_cast<int64_t>(killed.answers.size()) ? 1 : 0));
    known = now;
  }
  std::cout << kills << " kills, " << answered << " answers, PERDURE_SEED=" << seed << std::endl;
  REQUIRE(answered > kills / 2);  // many lived long enough to be killed at work
}

// What the log says of all calls that returned a count: 1, 2, 3 ..., each once. -1: something else.
int64_t LoggedCount(const std::string& state) {
  const Finished finished =
      Run({.argv = {"/usr/bin/sqlite3", state,
                    "SELECT seq || ' ' || CASE WHEN kind = 'call' AND outcome = 'returned' "
                    "THEN result ELSE '' END FROM events"}});
  INFO(finished.err);
  REQUIRE(finished.status == 0);
  int64_t seq = 0, count = 0;
  for (const std::string& line : Lines(finished.out)) {
    const size_t blank = line.find(' ');
    if (line.substr(0, blank) != std::to_string(++seq)) return -1;
    const std::string result = line.substr(blank + 1);
    if (!result.empty() && result != std::to_string(++count)) return -1;
  }
  return count;
}

}  // namespace

TEST_CASE("kill -9 loses no acknowledged event") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  CheckCounting(counter, {}, "increment", "get", Kills(50));
  REQUIRE(Number(counter, {"get"}) == Number(counter, {"calls"}));
}

TEST_CASE("kill -9 loses no acknowledged event while folding all the time") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  CheckCounting(counter, {"--perdure-history=none"}, "increment", "get", Kills(40));
}

TEST_CASE("kill -9 leaves whole events of many chunks") {
  ProgramOn scatter(BuildProgram(Module("scatter.wat")));
  CheckCounting(scatter, {"--perdure-history=5"}, "step", "check", Kills(40));
}

TEST_CASE("kill -9 with queued calls keeps every answer") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  for (const std::vector<std::string>& options : {std::vector<std::string>{},
                                                  {"--perdure-commit=every:16"},
                                                  {"--perdure-commit=interval:2"}}) {
    const uint64_t seed = CrashSeed();
    INFO("PERDURE_SEED=" << seed << ", options " << Catch::Detail::stringify(options));
    std::mt19937_64 random(seed);
    int64_t known = Number(counter, {"get"}), answered = 0;
    for (int i = 0; i < Kills(6); ++i) {
      const int64_t before = known;
      Killed killed = StreamUntilKilled(counter, options, {"increment"}, 200000,
                                        static_cast<int64_t>(random() % 60000));
      for (const std::string& answer : killed.answers) REQUIRE(answer == std::to_string(++known));
      answered += static_cast<int64_t>(killed.answers.size());
      const int64_t now = Number(counter, {"get"});
      REQUIRE(now >= known);
      REQUIRE(now <= before + killed.sent);
      REQUIRE(now == Number(counter, {"calls"}));
      known = now;
    }
    REQUIRE(answered > 0);
  }
}

namespace {

// A state of its own each time: all of its history is read after each kill.
void CheckStumbling() {
  ProgramOn stumble(BuildProgram(Module("stumble.wat")));
  const std::vector<std::string> calls = {"increment", "increment", "increment", "increment",
                                          "stumble",   "increment", "grow",      "increment",
                                          "stumble",   "stumble",   "increment"};
  const uint64_t seed = CrashSeed();
  std::mt19937_64 random(seed);
  int64_t known = 0, answered = 0;
  for (const char* policy : {"every:7", "every:500", "every:100000", "interval:3"}) {
    const std::vector<std::string> options = {std::string("--perdure-commit=") + policy,
                                              "--perdure-history=all"};
    INFO("PERDURE_SEED=" << seed << ", " << policy);
    for (int i = 0; i < 4; ++i) {
      const int64_t before = known;
      Killed killed = StreamUntilKilled(stumble, options, calls, 30000,
                                        static_cast<int64_t>(random() % 60000), Traps::kSome);
      for (const std::string& answer : killed.answers) REQUIRE(answer == std::to_string(++known));
      answered += static_cast<int64_t>(killed.answers.size());
      const int64_t now = Number(stumble, {"--perdure-history=all", "check"});
      REQUIRE(now >= known);
      REQUIRE(now <= before + killed.sent);
      REQUIRE(LoggedCount(stumble.state()) == now);
      known = now;
    }
  }
  REQUIRE(answered > 0);
}

}  // namespace

TEST_CASE("kill -9 in groups with traps in them keeps every answer, and each event once") {
  for (int i = 0; i < Kills(1); ++i) CheckStumbling();
}

}  // namespace perdure::test
