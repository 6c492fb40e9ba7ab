// (L1) to (L3): memory that is read when it is touched.
#include "rtlib/engine/lazy_memory.h"

#include <catch2/catch.hpp>

#include "rtlib/engine/fold.h"
#include "rtlib/engine/restore.h"
#include "rtlib/track/trackers.h"
#include "tests/unit/engine/filled_chunks.h"
#include "tests/unit/engine/session.h"
#include "tests/unit/engine/variable_scope.h"

namespace perdure {
namespace {

using test::FillChunks;
using test::I32;
using test::I64;
using test::kChunk;
using test::RestoreModeScope;
using test::Session;
using test::State;
using test::VariableScope;

bool IsUsable() {
  const Status verdict = MissingPagesVerdict();
  if (!verdict.ok()) WARN("SKIPPED: " << verdict.message());
  return verdict.ok();
}

uint64_t Peek(Session* session, uint32_t address) {
  session->Do("peek", {I32(address)});
  uint64_t value;
  std::memcpy(&value, session->results()[0].bytes.data(), sizeof(value));
  return value;
}

TEST_CASE("(L1) what is touched is read, and nothing else") {
  if (!IsUsable()) return;
  Session session;
  {
    const RestoreModeScope whole("whole");
    FillChunks(&session);
  }
  const State before = session.Look();
  session.Kill();
  const RestoreModeScope lazy("lazy");
  session.Start();
  CHECK(session.instance().stats().restored_chunks == 0);
  CHECK(Peek(&session, 5 * kChunk + 8) == 1005);
  CHECK(Peek(&session, 5 * kChunk + 8) == 1005);
  CHECK(session.instance().stats().restored_chunks == 1);
  CHECK(Peek(&session, 25 * kChunk + 8) == 2025);  // of an event behind the base
  CHECK(Peek(&session, 45 * kChunk + 8) == 0);     // has no row
  CHECK(session.instance().stats().restored_chunks == 3);
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(L2) what is written is compared with, and rolled back to, what was read") {
  if (!IsUsable()) return;
  const RestoreModeScope lazy("lazy");
  Session session;
  FillChunks(&session);
  State expected = session.Look();
  session.Kill();
  session.Start();
  session.Do("change_all_then_trap", {});
  session.Do("grow_then_trap", {});
  const uint64_t changed = session.instance().stats().chunks_changed;
  session.Do("poke", {I32(7 * kChunk + 8), I64(7)});
  session.Do("poke", {I32(8 * kChunk + 8), I64(1008)});  // no change
  CHECK(session.instance().stats().chunks_changed == changed + 1);
  const uint64_t seven = 7;
  expected.memories[0].replace(7 * kChunk + 8, 8, reinterpret_cast<const char*>(&seven), 8);
  bool same = session.Look() == expected;
  CHECK(same);
  session.Kill();
  session.Start();
  same = session.Look() == expected;
  CHECK(same);
}

TEST_CASE("of memory that grows behind what is loaded only what was written is reported") {
  if (!IsUsable()) return;
  const RestoreModeScope lazy("lazy");
  for (const char* track : {"wp-async", "wp-sync", "mprotect"}) {
    const VariableScope tracking("PERDURE_TRACK", track);
    if (!ChooseTrackMode().ok()) continue;
    INFO(track);
    Session session;
    FillChunks(&session);
    session.Kill();
    session.Start();
    const uint64_t before = session.instance().stats().chunks_dirty;
    session.Do("grow", {I32(36)});
    CHECK(session.instance().stats().chunks_dirty == before);
    session.Do("poke", {I32(39 * 65536 + 8), I64(7)});
    session.Do("poke", {I32(7 * kChunk + 8), I64(7)});
    CHECK(session.instance().stats().chunks_dirty == before + 2);
    const State grown = session.Look();
    session.Kill();
    session.Start();
    const bool same = session.Look() == grown;
    CHECK(same);
  }
}

TEST_CASE("(L3) a chunk that does not verify ends the instance before the event has seen it") {
  if (!IsUsable()) return;
  const RestoreModeScope lazy("lazy");
  Session session;
  FillChunks(&session);
  const State before = session.Look();
  session.Kill();
  const MemoryDisk good = session.disk();
  for (const char* event : {"peek", "poke", "fill"}) {
    INFO(event);
    session.disk().rows.chunks.at(9)[15] ^= 1;
    const MemoryRows damaged = session.disk().rows;
    session.Start();
    CHECK(Peek(&session, 8 * kChunk + 8) == 1008);
    std::vector<test::Arg> arguments = {I32(9 * kChunk + 16)};
    if (event[1] == 'o') arguments.push_back(I64(5));
    if (event[0] == 'f') arguments = {I32(8 * kChunk), I32(4 * kChunk), I32(7)};
    const Status failed = session.Try(event, arguments).status();
    CHECK(failed.code() == StatusCode::kCorrupt);
    CHECK(failed.message().find("base chunk 9 of memory 0") != std::string_view::npos);
    CHECK(failed.message().starts_with("state '"));
    CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
    CHECK(session.instance().Close().code() == StatusCode::kFailedPrecondition);
    session.Kill();
    CHECK(session.disk().rows.events.size() == damaged.events.size());
    session.disk() = good;
  }
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("a base chunk that is missing, or should not be there, is found when it is touched") {
  if (!IsUsable()) return;
  const RestoreModeScope lazy("lazy");
  Session session;
  FillChunks(&session);
  session.Kill();
  const MemoryDisk good = session.disk();
  const auto touch = [&](uint32_t chunk) {
    session.Start();
    const Status status = session.Try("peek", {I32(chunk * kChunk)}).status();
    session.Kill();
    session.disk() = good;
    return std::string(status.message());
  };
  session.disk().rows.chunks.erase(9);
  CHECK(touch(9).find("base chunk 9 of memory 0 is missing") != std::string::npos);
  session.disk().rows.chunks[46] = session.disk().rows.chunks.at(9);
  CHECK(touch(46).find("base chunk 46 of memory 0 should not be there") != std::string::npos);
  CHECK(touch(9).empty());
}

TEST_CASE("(L1) folds that move the base meanwhile change nothing of what is read later") {
  if (!IsUsable()) return;
  const RestoreModeScope lazy("lazy");
  for (const uint64_t history : {uint64_t{0}, uint64_t{10}}) {
    Session session;
    session.options.history_events = history;
    FillChunks(&session);
    State expected = session.Look();
    session.Kill();
    session.Start();
    // Chunks 30 and above; those behind stay missing while the base goes over all events.
    for (uint32_t i = 0; i < 2 * kFoldSlackEventsIdle; ++i) {
      session.Do("poke", {I32((30 + i % 12) * kChunk), I64(i)});
    }
    const uint64_t loaded = session.instance().stats().restored_chunks;
    CHECK(loaded <= 12);
    for (;;) {
      const Result<bool> more = session.instance().Housekeep();
      REQUIRE(more.ok());
      if (!*more) break;
    }
    CHECK(session.instance().info().base_seq > kFoldSlackEventsIdle);
    CHECK(session.instance().stats().restored_chunks == loaded);
    for (uint32_t i = 0; i < 30; ++i) {
      CHECK(Peek(&session, i * kChunk + 8) == (i < 20 ? 1000 + i : 2000 + i));
    }
    const State before = session.Look();
    session.Kill();
    session.Start();
    const bool same = session.Look() == before;
    CHECK(same);
  }
}

// Housekeeping until there is none left to do.
Status Idle(Session* session) {
  for (;;) {
    const Result<bool> more = session->instance().Housekeep();
    if (!more.ok()) return more.status();
    if (!*more) return OkStatus();
  }
}

// The same with something in each of 640 chunks.
void PrepareFull(Session* session) {
  session->Start();
  session->Do("grow", {I32(38)});
  session->Do("fill", {I32(0), I32(40 * 65536 - 1), I32(3)});
  session->Close();
  session->Start();
  for (uint32_t i = 20; i < 30; ++i) session->Do("poke", {I32(i * kChunk + 8), I64(2000 + i)});
}

TEST_CASE("what nobody has touched is loaded while the instance is idle, if it is asked to") {
  if (!IsUsable()) return;
  for (const MemoryUse memory : {MemoryUse::kNormal, MemoryUse::kLow}) {
    if (memory == MemoryUse::kLow && !ChooseObservedMode().ok()) continue;
    Session session;
    session.options.memory = memory;
    PrepareFull(&session);
    const uint64_t rows = session.disk().rows.chunks.size();
    REQUIRE(rows == 640);
    const State expected = session.Look();
    session.Kill();
    {
      const RestoreModeScope lazy("lazy");
      session.Start();
      REQUIRE(Idle(&session).ok());
      CHECK(session.instance().stats().restored_chunks == 0);
      session.Kill();
    }
    const RestoreModeScope warm("warm");
    session.Start();
    CHECK(session.instance().stats().restored_chunks == 0);
    CHECK(Peek(&session, 25 * kChunk + 8) == 2025);
    session.Do("poke", {I32(500 * kChunk), I64(77)});
    REQUIRE(session.instance().Housekeep().ok());
    const uint64_t some = session.instance().stats().restored_chunks;
    CHECK(some > 2);
    CHECK(some < rows);
    REQUIRE(Idle(&session).ok());
    CHECK(session.instance().stats().restored_chunks == rows);
    session.Do("change_all_then_trap", {});
    session.Do("poke", {I32(500 * kChunk), I64(0x0303030303030303)});
    const bool same = session.Look() == expected;
    CHECK(same);
    CHECK(session.instance().stats().restored_chunks == rows);
  }
}

TEST_CASE("(L3) a chunk that does not verify when it is warmed up ends the instance") {
  if (!IsUsable()) return;
  Session session;
  PrepareFull(&session);
  session.Kill();
  session.disk().rows.chunks.at(300)[15] ^= 1;
  const RestoreModeScope warm("warm");
  session.Start();
  CHECK(Peek(&session, 25 * kChunk + 8) == 2025);
  const Status failed = Idle(&session);
  CHECK(failed.code() == StatusCode::kCorrupt);
  CHECK(failed.message().find("base chunk 300 of memory 0") != std::string_view::npos);
  CHECK(failed.message().starts_with("state '"));
  CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
}

TEST_CASE("PERDURE_RESTORE is checked") {
  Session session;
  session.Start();
  session.Kill();
  const RestoreModeScope wrong("eager");
  const Status refused = session.Open();
  CHECK(refused.code() == StatusCode::kInvalidArgument);
  CHECK(refused.message().find("PERDURE_RESTORE: no mode 'eager'") != std::string_view::npos);
}

}  // namespace
}  // namespace perdure
