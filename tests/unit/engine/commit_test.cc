// Events, rows and effects of a run in which nothing fails.
#include <catch2/catch.hpp>

#include "rtlib/state/effects.h"
#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;

TEST_CASE(
    "(E1) each event is one row in one transaction, with its input, result and what it changed") {
  Session session;
  session.Start();
  const uint64_t commits = session.disk().commits;
  const Outcome outcome = session.Do("grow", {I32(1)});
  CHECK(outcome.kind == Outcome::Kind::kReturned);
  CHECK(outcome.seq == 2);
  CHECK(session.disk().commits == commits + 1);
  const EventRecord& row = session.disk().rows.events.at(2);
  CHECK(row.kind == EventKind::kCall);
  CHECK(row.outcome == EventOutcome::kReturned);
  CHECK(row.input == "grow(1)");
  CHECK(row.result == "2");
  CHECK_FALSE(row.delta.empty());
  CHECK(row.chunks == 0);
  CHECK(row.time_us > 1600000000000000);
  session.Do("poke", {I32(4092), I64(UINT64_MAX)});
  CHECK(session.disk().rows.events.at(3).chunks == 2);
  CHECK(session.disk().rows.events.at(3).input == "poke(4092, -1)");
}

TEST_CASE("a delta holds the words that changed and little else") {
  Session session;
  session.Start();
  session.Do("poke", {I32(8), I64(0x1122334455667788)});
  CHECK(session.disk().rows.events.at(2).delta.size() < 24);
  session.Do("poke", {I32(100000), I64(1)});
  CHECK(session.disk().rows.events.at(3).delta.size() < 24);
}

TEST_CASE(
    "(E10) an event that changes nothing and sends nothing leaves no row and costs no "
    "transaction") {
  Session session;
  session.Start();
  session.Do("poke", {I32(8), I64(7)});
  const uint64_t operations = session.disk().operations;
  CHECK(session.Do("nop", {}).seq == 0);
  CHECK(session.Do("peek", {I32(8)}).seq == 0);
  CHECK(session.results()[0].bytes[0] == 7);
  CHECK(session.Do("poke", {I32(8), I64(7)}).seq == 0);  // writes what is there
  CHECK(session.Do("set_i32", {I32(5)}).seq == 0);
  CHECK(session.disk().operations == operations);
  CHECK(session.instance().stats().events_unchanged == 4);
  CHECK(session.Do("poke", {I32(8), I64(8)}).seq == 3);
}

TEST_CASE("(E2) effects come out after the commit, in order, and are in the row") {
  Session session;
  session.Start();
  session.Do("say", {I32(1), I32(3)});
  session.Do("say", {I32(1), I32(4)});
  CHECK(session.output() == "started\ndddeeee");
  const auto effects = DecodeEffects(session.disk().rows.events.at(2).effects);
  REQUIRE(effects.ok());
  CHECK((*effects)[0].bytes == "ddd");
}

TEST_CASE("(E2) effects of a restored log are not sent again") {
  Session session;
  session.Start();
  session.Do("say", {I32(1), I32(3)});
  session.Kill();
  session.Start();
  CHECK(session.output() == "started\nddd");
}

TEST_CASE("an exit commits the event's changes and reports its status") {
  Session session;
  session.Start();
  const Outcome outcome = session.Do("say_then_exit", {I32(7)});
  CHECK(outcome.kind == Outcome::Kind::kExited);
  CHECK(outcome.exit_status == 7);
  CHECK(session.disk().rows.events.at(2).outcome == EventOutcome::kExited);
  CHECK(session.disk().rows.events.at(2).result == "7");
  CHECK(session.output() == "started\nbye\n");
  CHECK(session.config.live->i32 == 6);
  CHECK(session.Do("exit", {I32(0)}).seq == 3);  // an exit is an effect: it has a row
  session.Kill();
  session.Start();
  CHECK(session.config.live->i32 == 6);
}

TEST_CASE("calls that do not fit are refused before anything runs") {
  Session session;
  session.Start();
  const test::State before = session.Look();
  std::vector<perdure_value> two(2);
  const auto call = [&](uint32_t index, size_t args, size_t results) {
    return session.instance()
        .Call(index, std::span(two).first(args), std::span(two).first(results))
        .status()
        .code();
  };
  CHECK(call(session.ExportIndex("poke"), 1, 0) == StatusCode::kInvalidArgument);
  CHECK(call(session.ExportIndex("poke"), 2, 1) == StatusCode::kInvalidArgument);
  CHECK(call(session.ExportIndex("memory"), 0, 0) == StatusCode::kInvalidArgument);
  CHECK(call(1000, 0, 0) == StatusCode::kInvalidArgument);
  CHECK((session.Look() == before));
  CHECK(session.Do("set_i32", {I32(1)}).seq == 2);
}

TEST_CASE("a closed instance takes no events, and closing twice is no harm") {
  Session session;
  session.Start();
  CHECK(session.instance().Close().ok());
  CHECK(session.instance().Close().ok());
  CHECK(session.Flush().ok());
  CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
}

TEST_CASE("a host function may not come back into the instance that called it") {
  struct Attempt {
    Session session;
    StatusCode call = StatusCode::kOk, flush = StatusCode::kOk, close = StatusCode::kOk;
  } attempt;
  attempt.session.config.reenter_argument = &attempt;
  attempt.session.config.reenter = [](void* argument) {
    Attempt& self = *static_cast<Attempt*>(argument);
    Instance& instance = self.session.instance();
    self.call = instance.Call(self.session.ExportIndex("nop"), {}, {}).status().code();
    self.flush = instance.Flush().code();
    self.close = instance.Close().code();
  };
  attempt.session.Start();
  attempt.session.Do("call_indirect", {I32(0), I32(4)});
  CHECK(attempt.session.results()[0].reference() == 8);
  CHECK(attempt.call == StatusCode::kFailedPrecondition);
  CHECK(attempt.flush == StatusCode::kFailedPrecondition);
  CHECK(attempt.close == StatusCode::kFailedPrecondition);
  CHECK(attempt.session.Do("set_i32", {I32(1)}).seq == 2);
}

TEST_CASE("info and stats tell what happened") {
  Session session;
  session.Start();
  session.Do("poke", {I32(0), I64(1)});
  session.Do("grow_then_trap", {});
  const Info info = session.instance().info();
  CHECK(info.last_seq == 3);
  CHECK(info.base_seq == 0);
  CHECK(info.memory_bytes == 2 * 65536);
  CHECK(info.format_version == kStateFormatVersion);
  CHECK(info.created.size() == 27);
  CHECK_FALSE(info.tracker.empty());
  const Stats stats = session.instance().stats();
  CHECK(stats.events == 3);
  CHECK(stats.events_trapped == 1);
  CHECK(stats.commits == 3);
  CHECK(stats.chunks_changed == 2);  // one by the start event, one by the poke
  CHECK(stats.chunks_dirty >= 2);
  CHECK(stats.delta_bytes > 0);
  CHECK(stats.commit_ns_p50 > 0);
  session.Kill();
  session.Start();
  CHECK(session.instance().stats().restored_events == 3);
  static_cast<void>(session.Look());  // a lazy restore has read nothing yet
  CHECK(session.instance().stats().restored_chunks >= 1);
}

}  // namespace
}  // namespace perdure
