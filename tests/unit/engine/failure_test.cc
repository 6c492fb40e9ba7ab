// (E9), (E1): the store fails at its n-th operation, for every n. What was acknowledged is there
// afterwards, what was reported as failed is not, or is there whole if its commit became durable
// all the same.
#include <catch2/catch.hpp>

#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Op;
using test::Session;
using test::State;

std::vector<Op> Script() {
  return {{"poke", {I32(8), I64(1)}},
          {"scatter", {I64(3), I32(40)}},
          {"grow", {I32(1)}},
          {"set_i32", {I32(77)}},
          {"change_all_then_trap", {}},
          {"nop", {}},
          {"table_grow", {I32(2), test::Func(1)}},
          {"say", {I32(1), I32(3)}},
          {"drop_data", {}},
          {"host_table", {I32(5)}},
          {"fill", {I32(100), I32(70000), I32(9)}},
          {"say_then_exit", {I32(1)}}};
}

// States after opening and after each operation of the script, without failures.
std::vector<State> ExpectedStates() {
  Session session;
  session.Start();
  std::vector<State> states = {session.Look()};
  for (const Op& op : Script()) {
    session.Do(op);
    states.push_back(session.Look());
  }
  return states;
}

// Runs the script until something fails; returns how many operations were acknowledged, -1 if not
// even the opening was. *failed tells whether anything failed at all.
int RunUntilFailure(Session* session, bool* failed) {
  *failed = true;
  if (!session->Open().ok()) return -1;
  int acknowledged = 0;
  for (const Op& op : Script()) {
    const Result<Outcome> outcome = session->Try(op.name, op.args);
    if (!outcome.ok()) {
      // Stopped for good (E9).
      REQUIRE(session->Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
      REQUIRE(session->instance().Close().code() == StatusCode::kFailedPrecondition);
      return acknowledged;
    }
    ++acknowledged;
  }
  *failed = !session->instance().Close().ok();
  return acknowledged;
}

TEST_CASE("(E9) every failing operation of the store leaves the last acknowledged state") {
  const std::vector<State> expected = ExpectedStates();
  for (const bool durable : {false, true}) {
    bool failed = true;
    for (uint64_t n = 1; failed; ++n) {
      REQUIRE(n < 200);
      INFO("failing operation " << n << (durable ? ", commits durable" : ""));
      Session session;
      session.disk().fail_at = n;
      session.disk().failed_commit_is_durable = durable;
      const int acknowledged = RunUntilFailure(&session, &failed);
      session.Kill();
      session.disk().fail_at = 0;
      session.Start();
      const State restored = session.Look();
      const size_t index = static_cast<size_t>(std::max(acknowledged, 0));
      const bool is_last = restored == expected[index];
      const bool is_next =
          durable && index + 1 < expected.size() && restored == expected[index + 1];
      REQUIRE((is_last || is_next));
    }
  }
}

TEST_CASE("(E3) after a failed commit the live instance is as the last committed event left it") {
  Session session;
  session.Start();
  session.Do("scatter", {I64(1), I32(100)});
  const State before = session.Look();
  session.disk().fail_at = session.disk().operations + 2;  // Begin works, the row does not
  CHECK(session.Try("fill", {I32(0), I32(100000), I32(1)}).status().code() == StatusCode::kIo);
  bool same = session.Look() == before;
  CHECK(same);
  session.Kill();
  session.Start();
  session.disk().fail_at = session.disk().operations + 3;  // the commit fails
  CHECK(session.Try("fill", {I32(0), I32(100000), I32(1)}).status().code() == StatusCode::kIo);
  same = session.Look() == before;
  CHECK(same);
  CHECK(session.instance().info().last_seq == 2);
}

TEST_CASE("(E2) a failed commit sends nothing") {
  Session session;
  session.Start();
  session.disk().fail_at = session.disk().operations + 3;
  CHECK_FALSE(session.Try("say", {I32(1), I32(5)}).ok());
  session.Kill();
  CHECK(session.output() == "started\n");
}

TEST_CASE("(E9) a failure after the commit does not take the event's acknowledgement back") {
  Session session;
  session.Start();
  session.disk().seals_always = true;  // after each event
  session.disk().fail_at =
      session.disk().operations + 4;  // Begin, row, Commit; then Maintain fails
  CHECK(session.Do("set_i32", {I32(6)}).seq == 2);
  const Status next = session.Try("nop", {}).status();
  CHECK(next.code() == StatusCode::kFailedPrecondition);
  CHECK(next.message().find("injected failure") != std::string_view::npos);
  session.disk().fail_at = 0;
  session.Kill();
  session.Start();
  CHECK(session.config.live->i32 == 6);
}

}  // namespace
}  // namespace perdure
