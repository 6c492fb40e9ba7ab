// (E8): folding changes what rows hold, never the state they stand for.
#include "rtlib/engine/fold.h"

#include <catch2/catch.hpp>

#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;
using test::State;

// A killed run of random events with every delta kept, and a store opened on its disk.
class Unfolded {
 public:
  Unfolded() {
    session.options.history_events = Options::kHistoryAll;
    session.Start();
    std::mt19937 random(42);
    while (session.instance().info().last_seq < 30) session.Do(test::RandomOp(&random));
    // Chunks that become all zeros lose their row in a fold.
    session.Do("fill", {I32(0), I32(100000), I32(0)});
    expected = session.Look();
    session.Kill();
    disk = session.disk();
    const EventRecord& last = disk.rows.events.rbegin()->second;
    newest = {last.seq, last.hash};
  }

  // Folds a copy of the disk; the store fails at operation `fail_at` if that is not 0.
  Status FoldTo(uint64_t target, uint64_t fail_at) {
    session.disk() = disk;
    MemoryDisk& copy = session.disk();
    copy.operations = 0;
    copy.fail_at = fail_at;
    auto store = OpenMemoryStore({session.options.state_path, Durability::kFull});
    REQUIRE(store.ok());
    StateHeader header = *copy.rows.header;
    uint64_t batches = 0;
    const Status folded =
        Fold(test::kSampleProgram, target, newest, store->get(), &header, &batches);
    CHECK(header.hash == copy.rows.header->hash);
    CHECK((folded.ok() ? header.base_seq == target : header.base_seq < target));
    (*store).reset();
    copy.fail_at = 0;
    return folded;
  }

  bool OpensTheSame() {
    session.Start();
    const bool same = session.Look() == expected;
    session.Kill();
    return same;
  }

  Session session;
  MemoryDisk disk;
  State expected;
  LogPosition newest;
};

TEST_CASE("(E8) folding to any event keeps the state") {
  Unfolded run;
  for (uint64_t target = 0; target <= run.newest.seq; ++target) {
    INFO("folded to " << target);
    REQUIRE(run.FoldTo(target, 0).ok());
    CHECK(run.session.disk().rows.events.size() == run.newest.seq - target);
    REQUIRE(run.OpensTheSame());
  }
  CHECK(run.session.disk().rows.events.empty());
}

TEST_CASE("(E8) a fold that fails or dies at any operation keeps the state") {
  Unfolded run;
  for (const uint64_t target : {uint64_t{1}, run.newest.seq / 2, run.newest.seq}) {
    for (uint64_t n = 1; !run.FoldTo(target, n).ok(); ++n) {
      INFO("folding to " << target << ", failing operation " << n);
      REQUIRE(n < 500);
      REQUIRE(run.OpensTheSame());
    }
  }
}

TEST_CASE("(E8) folding step by step gives the same rows as folding at once") {
  Unfolded run;
  REQUIRE(run.FoldTo(run.newest.seq, 0).ok());
  const MemoryRows at_once = run.session.disk().rows;
  for (uint64_t target = 1; target <= run.newest.seq; ++target) {
    REQUIRE(run.FoldTo(target, 0).ok());
    run.disk = run.session.disk();
  }
  CHECK(run.disk.rows.chunks == at_once.chunks);
  CHECK(run.disk.rows.sections == at_once.sections);
  CHECK(run.disk.rows.header->hash == at_once.header->hash);
}

TEST_CASE("a fold refuses events that do not verify") {
  Unfolded run;
  run.disk.rows.events.at(5).delta += "x";
  CHECK(run.FoldTo(10, 0).code() == StatusCode::kCorrupt);
  run.disk.rows.events.erase(5);
  CHECK(run.FoldTo(10, 0).code() == StatusCode::kCorrupt);
}

TEST_CASE("a fold refuses base rows that do not verify") {
  Unfolded run;
  run.disk.rows.chunks.at(0)[20] ^= 1;
  CHECK(run.FoldTo(run.newest.seq, 0).code() == StatusCode::kCorrupt);
  Unfolded other;
  other.disk.rows.sections.at(2)[9] ^= 1;
  CHECK(other.FoldTo(1, 0).code() == StatusCode::kCorrupt);
}

TEST_CASE("the history window decides what is kept, and folding waits for the slack") {
  StateHeader header;
  header.base_seq = 100;
  const auto should = [&](uint64_t newest, uint64_t history, uint64_t bytes, bool closing) {
    return ShouldFold(header, newest, history, bytes, closing);
  };
  CHECK_FALSE(should(100 + kFoldSlackEvents, 0, 0, false));
  CHECK(should(101 + kFoldSlackEvents, 0, 0, false));
  CHECK_FALSE(should(600 + kFoldSlackEvents, 500, 0, false));
  CHECK(should(601 + kFoldSlackEvents, 500, 0, false));
  CHECK_FALSE(should(601, 500, kFoldSlackBytes, false));
  CHECK(should(601, 500, kFoldSlackBytes + 1, false));
  CHECK_FALSE(should(600, 500, kFoldSlackBytes + 1, false));
  CHECK_FALSE(should(600 + kFoldSlackEventsClosing, 500, 0, true));
  CHECK(should(601 + kFoldSlackEventsClosing, 500, 0, true));
  CHECK_FALSE(should(UINT64_MAX, Options::kHistoryAll, UINT64_MAX, true));
}

TEST_CASE("a long run folds by itself, keeps its window and restores") {
  Session session;
  session.options.history_events = 20;
  session.Start();
  for (uint32_t i = 0; i < kFoldSlackEvents + 100; ++i) {
    session.Do("poke", {I32(i * 113 % 100000), I64(i)});
  }
  CHECK(session.instance().stats().folds == 1);
  const Info info = session.instance().info();
  CHECK(info.base_seq == kFoldSlackEvents + 1);
  CHECK(session.disk().rows.events.begin()->first == info.base_seq + 1);
  const State before = session.Look();
  session.Kill();
  session.Start();
  bool same = session.Look() == before;
  CHECK(same);
  session.Close();
  CHECK(session.disk().rows.events.size() == 20);
  session.Start();
  same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(E9) a fold that fails stops the instance but loses no event") {
  Session session;
  session.options.history_events = 0;
  session.Start();
  while (session.instance().info().last_seq < kFoldSlackEvents) {
    session.Do("set_i64", {I64(session.instance().info().last_seq)});
  }
  session.disk().fail_at =
      session.disk().operations + 6;  // Begin, row, Commit, then inside the fold
  CHECK(session.Do("set_i64", {I64(123456)}).seq == kFoldSlackEvents + 1);
  CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
  session.Kill();
  session.disk().fail_at = 0;
  session.Start();
  CHECK(session.config.live->i64 == 123456);
}

}  // namespace
}  // namespace perdure
