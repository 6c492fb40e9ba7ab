// Runs. Invariants (R1) to (R8) are those of rtlib/engine/run.cc.
#include <catch2/catch.hpp>

#include <csignal>

#include "rtlib/abi/stop_request.h"
#include "tests/unit/engine/run_session.h"

namespace perdure::test {
namespace {

// One of everything that a run can be blocked in, each command with the byte it waits for.
constexpr std::string_view kScript = "zbAizTaCcdqpgzaBzDyw1";

// What the run of `script` prints when nothing disturbs it, and its memory at the end.
struct Golden {
  std::string output, memory;
  explicit Golden(std::string_view script) {
    RunSession session;
    session.Start();
    const Outcome outcome = session.End(script);
    REQUIRE(outcome.kind == Outcome::Kind::kExited);
    CHECK(outcome.exit_status == 0);
    output = session.output();
    memory = session.Memory();
  }
};

const EventRecord& Newest(RunSession& session) {
  return session.disk().rows.events.rbegin()->second;
}

TEST_CASE("a run goes on in the same process after each commit as if nothing had been (R3)") {
  const Golden golden("zbAizTaCcdqpgz");
  // By hand: count, sum(2) over 'A', count, indirect, count, catch, rethrow, sum(4), spin ...
  CHECK(golden.output.starts_with("1\n"));
  RunSession session;
  session.Start();
  session.End("zbAizTaCcdqpgz");
  CHECK(session.output() == golden.output);
  CHECK(session.disk().commits > 14);
  CHECK(Newest(session).outcome == EventOutcome::kExited);
  CHECK(session.disk().rows.events.at(1).input == "start");
  CHECK(session.disk().rows.events.at(2).input == "resume");
  CHECK(session.disk().rows.events.at(2).result == "wait");
}

TEST_CASE("run(A;B) = run(A); kill; restart; run(B), wherever the run waits") {
  const Golden golden(kScript);
  for (size_t cut = 0; cut <= kScript.size(); ++cut) {
    INFO("killed after " << cut << " bytes");
    RunSession session;
    session.Start();
    REQUIRE(session.Feed(kScript.substr(0, cut)).kind == Outcome::Kind::kStopped);
    session.Kill();
    session.Start();
    REQUIRE(session.End(kScript.substr(cut)).kind == Outcome::Kind::kExited);
    REQUIRE(session.output() == golden.output);
    REQUIRE(session.Memory() == golden.memory);
  }
}

TEST_CASE("a run survives being killed after every single byte, and a close in between") {
  const Golden golden(kScript);
  RunSession session;
  for (size_t at = 0; at < kScript.size(); ++at) {
    session.Start();
    REQUIRE(session.Feed(kScript.substr(at, 1)).kind == Outcome::Kind::kStopped);
    at % 2 == 0 ? session.Kill() : session.Close();
  }
  session.Start();
  session.End("");
  CHECK(session.output() == golden.output);
  CHECK(session.Memory() == golden.memory);
}

TEST_CASE("a stopped run goes on in the same instance too (R7)") {
  const Golden golden(kScript);
  RunSession session;
  session.Start();
  for (const char& byte : kScript) {
    const Outcome outcome = session.Feed({&byte, 1});
    REQUIRE(outcome.kind == Outcome::Kind::kStopped);
    REQUIRE(outcome.stop_signal == SIGTERM);
  }
  session.End("");
  CHECK(session.output() == golden.output);
}

TEST_CASE("100,000 frames are captured and resumed, and cost only what changed") {
  RunSession session;
  session.Start();
  session.Feed("aaD");
  CHECK(session.instance().info().frames == kDeepFrames + 2);
  session.Kill();
  session.Start();
  CHECK(session.instance().info().frames == kDeepFrames + 2);
  REQUIRE(session.Feed("b").kind == Outcome::Kind::kStopped);
  CHECK(session.instance().info().frames == 1);
  const Golden golden("aaDb");
  session.End("");
  CHECK(session.output() == golden.output);
}

TEST_CASE("what the outside has seen is committed: output comes with its commit (R1, R2)") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  // Nothing that came out is missing from the log.
  std::string logged;
  for (const auto& [seq, event] : session.disk().rows.events) logged += event.effects;
  CHECK(session.output() == "1\n2\n");
  CHECK(logged.find("2\n") != std::string::npos);
}

TEST_CASE("much output is committed before the run ends, and resumes in the middle") {
  RunSession session;
  session.Start();
  session.Feed("w");
  CHECK(session.output().size() == 200'000 * 11 + 7);
  size_t with_print = 0;
  for (const auto& [seq, event] : session.disk().rows.events) {
    with_print += event.result == "print" ? 1 : 0;
  }
  CHECK(with_print == 2);  // 2.2 MB, a commit each 1 MiB
}

TEST_CASE("a computing run is saved at a loop head and resumed there") {
  RunSession session;
  session.Start();
  session.Feed("p");
  // Back to the disk as it was after the poll's commit.
  MemoryRows& rows = session.disk().rows;
  uint64_t at = 0;
  for (const auto& [seq, event] : rows.events) {
    if (event.result == "computing") at = seq;
  }
  REQUIRE(at != 0);
  const std::string before = session.output();
  session.Kill();
  rows.events.erase(rows.events.upper_bound(at), rows.events.end());
  session.Start();
  session.Feed("");
  CHECK(session.output() == before + before);  // printed again by the part that is run again

  SECTION("but not by a build without polls") {
    session.Kill();
    rows.events.erase(rows.events.upper_bound(at), rows.events.end());
    session.program = &kRunProgramNoPolls;
    const Status opened = session.Open();
    CHECK(opened.code() == StatusCode::kIncompatible);
    CHECK(opened.message().find("--no-preempt") != std::string::npos);
  }
}

TEST_CASE("a trap goes back to the last commit and releases what was printed (R5)") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  const std::string memory = session.Memory();
  const Outcome outcome = session.Feed("t");
  CHECK(outcome.kind == Outcome::Kind::kTrapped);
  CHECK(outcome.message == "unreachable");
  CHECK(session.output() == "1\n2\npanic\n");
  CHECK(session.Memory() == memory);
  CHECK(Newest(session).outcome == EventOutcome::kTrapped);
  CHECK(Newest(session).delta.empty());
  SECTION("in this instance") {}
  SECTION("in another process") {
    session.Kill();
    session.Start();
  }
  session.PutDot();  // the wait is issued again, and its dot was taken by the event that trapped
  session.Feed("z");
  CHECK(session.output() == "1\n2\npanic\n3\n");
}

TEST_CASE("a run that is stopped before its first commit leaves no state (E11, R7)") {
  RunSession session;
  session.Start();
  session.config.stop_in_start = true;
  CHECK(session.Feed("").kind == Outcome::Kind::kStopped);
  CHECK_FALSE(session.disk().rows.header.has_value());
}

TEST_CASE(
    "the exit status is passed through, and the next run is a new one in the same chain (R6)") {
  RunSession session;
  session.Start();
  Outcome outcome = session.Feed("zzgx");
  CHECK(outcome.kind == Outcome::Kind::kExited);
  CHECK(outcome.exit_status == 3);
  CHECK(session.config.live->memory.pages == 4);
  const uint64_t seq = Newest(session).seq;
  SECTION("in this instance") {}
  SECTION("in another process") {
    session.Close();
    session.Start();
    CHECK(session.config.live->memory.pages == 4);  // kept as it ended
  }
  outcome = session.Feed("z");
  CHECK(outcome.kind == Outcome::Kind::kStopped);
  CHECK(session.config.live->memory.pages == 1);
  CHECK(session.config.live->table.size == 2);
  CHECK_FALSE(session.config.live->dropped);
  CHECK(session.disk().rows.events.at(seq + 1).input == "start");
  CHECK(session.output() == "1\n2\n3\n1\n");

  const std::string memory = session.Memory();
  session.Kill();
  session.Start();
  CHECK(session.Memory() == memory);
  session.options.history_events = 0;
  session.Kill();
  session.Start();
  session.Close();  // folds, over the change of sizes
  session.Start();
  CHECK(session.Memory() == memory);
  session.Feed("z");
  CHECK(session.output() == "1\n2\n3\n1\n2\n");
}

TEST_CASE("a trap in the first event leaves a state, whose next run is a new one (R5)") {
  RunSession session;
  session.Start();
  session.config.trap_in_start = true;
  CHECK(session.Feed("").kind == Outcome::Kind::kTrapped);
  CHECK(session.output() == "no start\n");
  session.config.trap_in_start = false;
  session.Kill();
  session.Start();
  CHECK(session.instance().info().frames == 0);
  session.Feed("z");
  CHECK(session.output() == "no start\n1\n");
  CHECK(session.disk().rows.events.at(1).outcome == EventOutcome::kTrapped);
  CHECK(session.disk().rows.events.at(2).input == "start");
}

TEST_CASE("a new run that ends before a commit leaves the state of the run before it (R5, R6)") {
  RunSession session;
  session.Start();
  session.Feed("gx");
  const std::string memory = session.Memory();
  session.config.stop_in_start = true;
  CHECK(session.Feed("").kind == Outcome::Kind::kStopped);
  CHECK(session.Memory() == memory);
  CHECK(session.config.live->table.size == 7);
  CHECK(session.config.live->dropped);
  session.config.stop_in_start = false;
  session.config.trap_in_start = true;
  CHECK(session.Feed("").kind == Outcome::Kind::kTrapped);
  CHECK(session.Memory() == memory);
  session.config.trap_in_start = false;
  session.Feed("z");
  CHECK(session.config.live->memory.pages == 1);
}

TEST_CASE("a commit waits while a host object is live, and comes after (R8)") {
  RunSession session;
  session.Start();
  session.Feed("z");
  const uint64_t before = Newest(session).seq;
  // The dot of its wait is held back, and so the stop comes first.
  CHECK(session.Feed("e").kind == Outcome::Kind::kStopped);
  CHECK(Newest(session).seq == before);
  CHECK(session.instance().info().frames == 1);
  // Once more, but now its wait is over and a later commit contains it.
  session.PutDot();
  session.PutDot();
  session.Feed("ezz");
  session.Kill();
  session.Start();
  session.Feed("z");
  CHECK(session.output() == "1\n123\n3\n4\n");
}

TEST_CASE("every:N flushes a run before it waits with something said") {
  RunSession session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 1000};
  session.Start();
  session.Feed("zzz");
  CHECK(session.output() == "1\n2\n3\n");
}

TEST_CASE("interval: the timer belongs to the run, and commits are made at once") {
  RunSession session;
  session.options.commit = {CommitPolicy::Kind::kInterval, 1'000'000};
  session.Start();
  session.Feed("zp");
  CHECK(session.output().starts_with("1\n"));
  struct sigaction action = {};
  sigaction(SIGVTALRM, nullptr, &action);
  CHECK(action.sa_handler == SIG_DFL);
}

TEST_CASE("fresh begins a new run and forgets the old one only with its first commit") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  session.options.fresh = true;
  session.Kill();
  session.Start();
  session.Kill();  // before its first commit
  session.options.fresh = false;
  session.Start();
  CHECK(session.instance().info().frames == 1);
  session.options.fresh = true;
  session.Kill();
  session.Start();
  session.Feed("z");
  CHECK(session.output() == "1\n2\n1\n");
  CHECK(session.disk().rows.events.begin()->second.input == "start");
}

TEST_CASE("a store that fails ends the run and keeps what was committed (E9)") {
  RunSession session;
  session.Start();
  session.Feed("z");
  session.disk().fail_at = session.disk().operations + 2;
  const Result<Outcome> outcome = session.Try("z");
  CHECK_FALSE(outcome.ok());
  CHECK_FALSE(session.Try("z").ok());
  CHECK(session.output() == "1\n");
  session.disk().fail_at = 0;
  session.Kill();
  session.Start();
}

}  // namespace
}  // namespace perdure::test
