// When folds happen, and that they keep up.
#include <catch2/catch.hpp>

#include "rtlib/engine/fold.h"
#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;
using test::State;

constexpr Store::Moment kClosing = Store::Moment::kClosing;

TEST_CASE("a fold waits for its slack, of events or of what they changed") {
  Session session;
  session.Start();
  session.Kill();
  session.disk().rows.events.clear();
  StateHeader header = *session.disk().rows.header;
  header.base.seq = header.past.seq = 100;
  auto store = OpenMemoryStore({session.options.state_path, Durability::kFull});
  REQUIRE(store.ok());
  const auto due = [&](uint64_t newest, uint64_t history, uint64_t weight, Store::Moment moment) {
    Folder folder(test::kSampleProgram, store->get(), history);
    // Finds that there is nothing to prune.
    REQUIRE(folder.IsDue(header, header.base.seq, kClosing));
    REQUIRE(folder.Piece(&header, header.base.seq, kClosing).ok());
    REQUIRE_FALSE(folder.NextWrites());
    folder.Opened(header, newest - header.base.seq, weight);
    return folder.IsDue(header, newest, moment);
  };
  constexpr Store::Moment kBusy = Store::Moment::kBusy, kIdle = Store::Moment::kIdle;
  CHECK_FALSE(due(100 + kFoldSlackEvents, 0, 0, kBusy));
  CHECK(due(101 + kFoldSlackEvents, 0, 0, kBusy));
  CHECK_FALSE(due(100 + kFoldSlackEventsIdle, 500, 0, kIdle));
  CHECK(due(101 + kFoldSlackEventsIdle, 500, 0, kIdle));
  CHECK_FALSE(due(101, 500, kFoldSlackWeight, kBusy));
  CHECK(due(101, 500, kFoldSlackWeight + 1, kBusy));
  CHECK_FALSE(due(100, 500, kFoldSlackWeight + 1, kBusy));
  CHECK_FALSE(due(101, 500, kFoldSlackWeightIdle, kIdle));
  CHECK(due(101, 500, kFoldSlackWeightIdle + 1, kIdle));
  CHECK_FALSE(due(101, 500, kFoldSlackWeightClosing, kClosing));
  CHECK(due(101, 500, kFoldSlackWeightClosing + 1, kClosing));
  CHECK_FALSE(due(100 + kFoldSlackEventsClosing, 500, 0, kClosing));
  CHECK(due(101 + kFoldSlackEventsClosing, 500, 0, kClosing));
  CHECK(due(101 + kFoldSlackEvents, Options::kHistoryAll, 0, kBusy));
  constexpr uint64_t kBase = 2 * kFoldSlackEvents;
  header.base.seq = kBase;
  CHECK_FALSE(due(kBase, kBase - 100 - kFoldSlackEvents, 0, kBusy));
  CHECK(due(kBase, kBase - 101 - kFoldSlackEvents, 0, kBusy));
  CHECK_FALSE(due(kBase, Options::kHistoryAll, 0, kClosing));
}

TEST_CASE("a backlog is what is behind the base, and what has left the window") {
  Session session;
  session.Start();
  session.Kill();
  StateHeader header = *session.disk().rows.header;
  auto store = OpenMemoryStore({session.options.state_path, Durability::kFull});
  REQUIRE(store.ok());
  header.base.seq = header.past.seq = 100;
  Folder folder(test::kSampleProgram, store->get(), Options::kHistoryAll);
  folder.Opened(header, 0, 0);
  CHECK(folder.Backlog(header, 100) == 0);
  folder.Opened(header, kFoldSlackEvents, kFoldSlackWeight * 3 / 2);
  CHECK(folder.Backlog(header, 100 + kFoldSlackEvents) == 1.5);
  folder.RowAdded(kFoldSlackWeight);
  CHECK(folder.Backlog(header, 101 + kFoldSlackEvents) == 2.5);
  folder.Opened(header, 3 * kFoldSlackEvents, 0);
  CHECK(folder.Backlog(header, 100 + 3 * kFoldSlackEvents) == 3);
}

TEST_CASE("events that bring in more than is folded in a while are folded for longer") {
  Session session;
  session.options.history_events = 5;
  session.Start();
  session.Do("grow", {I32(38)});
  // 3000 words all over 640 chunks.
  for (uint64_t i = 0; i < 700; ++i) session.Do("scatter", {I64(i), I32(3000)});
  const auto& events = session.disk().rows.events;
  uint64_t weight = 0;
  for (const auto& [seq, event] : events) weight += FoldWeight(event);
  // One pass gathers while another one, of either image, is behind by four slacks.
  CHECK(weight < 5 * kFoldSlackWeight);
  CHECK(events.begin()->first > 200);
  const State before = session.Look();
  session.Kill();
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("a stream of events is folded between them, keeps its window and restores") {
  Session session;
  session.options.history_events = 20;
  session.Start();
  for (uint32_t i = 0; i < 4 * kFoldSlackEvents; ++i) {
    session.Do("poke", {I32(i * 113 % 100000), I64(i)});
    const Info info = session.instance().info();
    REQUIRE(info.last_seq - info.base_seq < 2 * kFoldSlackEvents);
    REQUIRE(session.disk().rows.events.size() < 4 * kFoldSlackEvents);
  }
  CHECK(session.instance().stats().folds >= 5);
  const State before = session.Look();
  session.Kill();
  session.Start();
  bool same = session.Look() == before;
  CHECK(same);
  session.Close();
  CHECK(session.disk().rows.events.size() <= 20 + kFoldSlackEventsClosing);
  session.Start();
  same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("a pause is used for folding, and comes to an end") {
  Session session;
  session.options.history_events = 20;
  session.Start();
  for (uint32_t i = 0; i < kFoldSlackEvents / 2; ++i) session.Do("set_i64", {I64(i)});
  CHECK(session.instance().info().base_seq == 0);
  int pieces = 0;
  for (;;) {
    const Result<bool> more = session.instance().Housekeep();
    REQUIRE(more.ok());
    if (!*more) break;
    REQUIRE(++pieces < 1000);
    if (pieces % 5 == 0) session.Do("set_i64", {I64(pieces)});  // joins the open transaction
  }
  CHECK(session.instance().info().base_seq > kFoldSlackEventsIdle);
  const State before = session.Look();
  session.Kill();
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(E9) a fold that fails stops the instance but loses no event") {
  for (uint64_t later = 4; later < 40; later += 5) {
    Session session;
    session.options.history_events = 0;
    session.Start();
    while (session.instance().info().last_seq < kFoldSlackEvents) {
      session.Do("set_i64", {I64(session.instance().info().last_seq)});
    }
    session.disk().fail_at = session.disk().operations + later;
    uint64_t acknowledged = kFoldSlackEvents;
    while (session.Try("set_i64", {I64(acknowledged)}).ok()) {
      ++acknowledged;
      REQUIRE(acknowledged < 2 * kFoldSlackEvents);
    }
    CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
    session.Kill();
    session.disk().fail_at = 0;
    session.Start();
    CHECK(session.config.live->i64 == acknowledged - 1);
  }
}

}  // namespace
}  // namespace perdure
