// (E4): a trapped event leaves nothing but its row.
#include <catch2/catch.hpp>

#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;
using test::State;

TEST_CASE(
    "(E4) a trap takes back memories, sizes, globals, tables, segments, host table and effects") {
  Session session;
  session.Start();
  session.Do("scatter", {I64(1), I32(500)});
  session.Do("host_table", {I32(10)});
  const State before = session.Look();
  const Outcome outcome = session.Do("change_all_then_trap", {});
  CHECK(outcome.kind == Outcome::Kind::kTrapped);
  CHECK_FALSE(outcome.message.empty());
  CHECK(outcome.seq == 4);
  const bool same = session.Look() == before;
  CHECK(same);
  CHECK(session.output() == "started\n");
  const EventRecord& row = session.disk().rows.events.at(4);
  CHECK(row.outcome == EventOutcome::kTrapped);
  CHECK(row.result == outcome.message);
  CHECK(row.delta.empty());
  CHECK(row.effects.empty());
  CHECK(row.globals.empty());
  CHECK(row.chunks == 0);
  session.Kill();
  session.Start();
  const bool same_restored = session.Look() == before;
  CHECK(same_restored);
}

TEST_CASE("(E4) a memory that grew in a trapped event reads as zero when it grows again") {
  Session session;
  session.Start();
  CHECK(session.Do("grow_then_trap", {}).message == "grown in vain");
  CHECK(session.config.live->memory.pages == 2);
  CHECK(session.Do("poke", {I32(2 * 65536), I64(1)}).kind == Outcome::Kind::kTrapped);
  session.Do("grow", {I32(3)});
  const State grown = session.Look();
  CHECK(grown.memories[0].substr(2 * 65536) == std::string(3 * 65536, '\0'));
  session.Kill();
  session.Start();
  const bool same = session.Look() == grown;
  CHECK(same);
}

TEST_CASE("(E4) changes committed after a trap are those of the later event alone") {
  Session session;
  session.Start();
  for (int round = 0; round < 20; ++round) {
    session.Do("change_all_then_trap", {});
    session.Do("scatter", {I64(static_cast<uint64_t>(round)), I32(5)});
    const State before = session.Look();
    session.Do("poke", {I32(0xffffff00), I64(1)});  // out of bounds
    const bool same = session.Look() == before;
    REQUIRE(same);
    session.Kill();
    session.Start();
    const bool same_restored = session.Look() == before;
    REQUIRE(same_restored);
  }
}

TEST_CASE("(E4) an exhausted call stack is a trap like any other") {
  Session session;
  session.Start();
  const State before = session.Look();
  CHECK(session.Do("recurse", {}).kind == Outcome::Kind::kTrapped);
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(E4) a trap inside a group takes back only its own event") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 10};
  session.Start();
  session.Do("set_i32", {I32(77)});
  session.Do("scatter", {I64(3), I32(100)});
  const State before = session.Look();
  session.Do("change_all_then_trap", {});
  const bool same = session.Look() == before;
  CHECK(same);
  REQUIRE(session.Flush().ok());
  session.Kill();
  session.Start();
  const bool same_restored = session.Look() == before;
  CHECK(same_restored);
}

}  // namespace
}  // namespace perdure
