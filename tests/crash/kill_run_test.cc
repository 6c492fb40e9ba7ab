// A run of Lua under fire: killed at random moments and at chosen system calls, started again on
// the same state until it ends. Whatever is killed when, what it has printed is a beginning of what
// an uninterrupted run prints, and in the end all of it; its exit status is the same.
//
// Invariants (O1) to (O4) are those of rtlib/engine/outbox.h.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <random>
#include <thread>

#include "tests/crash/killing.h"
#include "tests/support/build.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

constexpr int kStatus = 7;  // what the Lua program exits with

// Lines of words, more than the guest reads at a time.
std::string Input(uint64_t seed, int lines) {
  std::mt19937_64 random(seed);
  std::string text;
  for (int i = 0; i < lines; ++i) {
    for (uint64_t words = random() % 9; words > 0; --words) {
      for (uint64_t letters = 1 + random() % 7; letters > 0; --letters) {
        text += static_cast<char>('a' + random() % 26);
      }
      text += ' ';
    }
    text += '\n';
  }
  return text;
}

// The Lua program on one state, its input and output files: what goes on at the place where an
// earlier process left it.
class Journey {
 public:
  Journey(const std::string& lua, uint64_t seed, int lines) : program_(lua, dir_ / "state.db") {
    WriteFile(dir_ / "input", Input(seed, lines));
    Command whole = Line();
    whole.env["PERDURE_STATE"] = dir_ / "whole.db";
    whole.output_file = {};
    const Finished finished = Run(whole);
    INFO(finished.Text());
    REQUIRE(finished.status == kStatus);
    golden_ = finished.out;
    REQUIRE(golden_.find("done after " + std::to_string(lines)) != std::string::npos);
    Begin();
  }

  // A new run, with an empty output file.
  void Begin() {
    for (const char* suffix : {"", "-wal", "-out", "-journal"}) {
      std::filesystem::remove(program_.state() + suffix);
    }
    WriteFile(Output(), "");
  }

  Command Line() const {
    Command line = program_.Line({"--perdure-commit=interval:1", "--perdure-durability=normal",
                                  "--perdure-dir=" + RepositoryFile("tests/crash/programs") + "::/",
                                  "/journey.lua"});
    line.input_file = dir_ / "input";
    line.output_file = Output();
    return line;
  }

  // What `finished`, a process of this run, must be. True: the run is over.
  bool Check(const Finished& finished) const {
    const std::string output = ReadFile(Output());
    CAPTURE(finished.Text(), output.size(), golden_.size());
    CHECK(finished.err.empty());
    REQUIRE((output == golden_.substr(0, output.size())));  // (O1, O2)
    if (finished.signal == 0) {
      REQUIRE(finished.status == kStatus);
      REQUIRE(output.size() == golden_.size());
      return true;
    }
    REQUIRE(finished.signal == SIGKILL);
    return output.size() == golden_.size() && IsOver();
  }

  std::string Output() const { return dir_ / "output"; }
  const std::string& golden() const { return golden_; }
  const ProgramOn& program() const { return program_; }

 private:
  // Killed after its exit status was sealed as seen: the next start would be a new run.
  bool IsOver() const {
    const Finished info = program_.Run({"--perdure-info", "--perdure-json"});
    INFO(info.Text());
    REQUIRE(info.status == 0);
    return nlohmann::json::parse(info.out)["run"] == "none";
  }

  TempDir dir_;
  ProgramOn program_;
  std::string golden_;
};

std::string Lua() {
  const std::string module = SharedModule("lua-eh.wasm");
  return module.empty() ? "" : BuildProgram(module, {.flags = {"-O2"}});
}

Finished KillAfter(const Command& line, int64_t delay_us) {
  Process process(line);
  std::this_thread::sleep_for(std::chrono::microseconds(delay_us));
  process.Signal(SIGKILL);
  return process.Wait();
}

std::string Number(uint64_t number) { return std::to_string(number); }

}  // namespace

TEST_CASE("(O1, O2, O4) a run that is killed at random moments prints what it would have printed") {
  const std::string lua = Lua();
  if (lua.empty()) PERDURE_SKIP("../shared/modules/lua-eh.wasm is not on this machine");
  const uint64_t seed = CrashSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Journey journey(lua, seed, 400);
  const int kills_wanted = LongForm() ? 500 : 40;
  int kills = 0, runs = 0;
  while (kills < kills_wanted) {
    const auto delay_us = static_cast<int64_t>(1000 + random() % 40'000);
    const Finished finished = KillAfter(journey.Line(), delay_us);
    kills += finished.signal == SIGKILL ? 1 : 0;
    CAPTURE(kills, runs);
    if (!journey.Check(finished)) continue;
    ++runs;
    journey.Begin();
  }
  while (!journey.Check(Run(journey.Line()))) {
  }
  WARN(kills << " kills in " << runs + 1 << " runs of " << journey.golden().size() << " bytes");
}

TEST_CASE("(O1, O2, O4) a run that is killed before and after system calls prints the same") {
  const std::string lua = Lua();
  if (lua.empty()) PERDURE_SKIP("../shared/modules/lua-eh.wasm is not on this machine");
  const uint64_t seed = CrashSeed();
  CAPTURE(seed);
  std::mt19937_64 random(seed);
  Journey journey(lua, seed, 60);
  const int kills_wanted = LongForm() ? 500 : 60;
  for (int kills = 0; kills < kills_wanted;) {
    const std::string orders =
        "any:" + Number(random() % 60) + (random() % 2 == 0 ? ":before" : ":after");
    const Finished finished = Run(KilledAt(journey.Line(), orders));
    kills += finished.signal == SIGKILL ? 1 : 0;
    CAPTURE(kills, orders);
    if (journey.Check(finished)) journey.Begin();
  }
}

TEST_CASE("(O2) into a file, a run that is killed at its n-th write prints everything once") {
  const std::string lua = Lua();
  if (lua.empty()) PERDURE_SKIP("../shared/modules/lua-eh.wasm is not on this machine");
  Journey journey(lua, 1, 60);
  for (const char* when : {":before", ":after"}) {
    for (uint64_t n = 0;; ++n) {
      journey.Begin();
      Finished finished = Run(KilledAt(journey.Line(), "output:" + Number(n) + when));
      CAPTURE(n, when);
      if (finished.signal == 0) break;
      while (!journey.Check(finished)) finished = Run(journey.Line());
    }
  }
}

TEST_CASE("(O3) into a pipe, what was being written when it was killed may come twice, no more") {
  const std::string lua = Lua();
  if (lua.empty()) PERDURE_SKIP("../shared/modules/lua-eh.wasm is not on this machine");
  Journey journey(lua, 1, 60);
  const std::string& golden = journey.golden();
  for (const bool after : {false, true}) {
    for (uint64_t n = 0;; ++n) {
      journey.Begin();
      Command line = journey.Line();
      line.output_file = {};
      const Finished killed =
          Run(KilledAt(line, "output:" + Number(n) + (after ? ":after" : ":before")));
      CAPTURE(n, after, killed.Text());
      if (killed.signal == 0) break;
      REQUIRE((killed.out == golden.substr(0, killed.out.size())));
      const Finished rest = Run(line);
      REQUIRE(rest.status == kStatus);
      REQUIRE(rest.out.size() <= golden.size());
      const size_t begin = golden.size() - rest.out.size();
      REQUIRE((golden.substr(begin) == rest.out));
      REQUIRE(begin <= killed.out.size());  // (O1)
      const size_t twice = killed.out.size() - begin;
      if (!after) CHECK(twice == 0);
      if (after) CHECK(twice > 0);  // or this test would not see the write it is about
      CHECK(twice <= 4096);
    }
  }
}

}  // namespace perdure::test
