// (P1) to (P5): where the committed content of what was written comes from.
#include "rtlib/engine/pre_images.h"

#include <catch2/catch.hpp>

#include "rtlib/track/missing_pages.h"
#include "tests/unit/engine/filled_chunks.h"
#include "tests/unit/engine/run_session.h"
#include "tests/unit/engine/session.h"
#include "tests/unit/engine/variable_scope.h"

namespace perdure {
namespace {

using test::FillChunks;
using test::I32;
using test::I64;
using test::kChunk;
using test::RestoreModeScope;
using test::RunSession;
using test::Session;
using test::State;
using test::VariableScope;

TEST_CASE("(P4) what is written after a whole restore is compared with what was committed") {
  const RestoreModeScope whole("whole");
  Session session;
  FillChunks(&session);
  State expected = session.Look();
  session.Kill();
  session.Start();
  session.Do("change_all_then_trap", {});
  session.Do("grow_then_trap", {});
  bool same = session.Look() == expected;
  CHECK(same);
  for (const uint32_t i : {7u, 25u, 45u}) {  // in the base; behind it; without a row
    const std::string before = expected.memories[0].substr(i * kChunk + 8, 8);
    uint64_t value;
    std::memcpy(&value, before.data(), sizeof(value));
    const uint64_t changed = session.instance().stats().chunks_changed;
    session.Do("poke", {I32(i * kChunk + 8), I64(value)});
    CHECK(session.instance().stats().chunks_changed == changed);
    session.Do("poke", {I32(i * kChunk + 8), I64(value + 1)});
    CHECK(session.instance().stats().chunks_changed == changed + 1);
    session.Do("poke", {I32(i * kChunk + 8), I64(value)});
  }
  session.Kill();
  session.Start();
  same = session.Look() == expected;
  CHECK(same);
}

TEST_CASE("(P4) a chunk that does not verify any more when it is written ends the instance") {
  const RestoreModeScope whole("whole");
  Session session;
  FillChunks(&session);
  const State before = session.Look();
  session.Kill();
  const MemoryDisk good = session.disk();
  session.Start();
  if (session.instance().info().tracker == "compare") return;  // it reads all at the first event
  session.disk().rows.chunks.at(9)[15] ^= 1;
  session.Do("poke", {I32(8 * kChunk + 8), I64(1)});
  const Status failed = session.Try("poke", {I32(9 * kChunk + 8), I64(1)}).status();
  CHECK(failed.code() == StatusCode::kCorrupt);
  CHECK(failed.message().find("base chunk 9 of memory 0") != std::string_view::npos);
  CHECK(failed.message().starts_with("state '"));
  CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
  session.Kill();
  session.disk() = good;
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(P4) folds that move the base meanwhile change nothing of what is read for comparison") {
  const RestoreModeScope whole("whole");
  for (const uint64_t history : {uint64_t{0}, uint64_t{10}}) {
    Session session;
    session.options.history_events = history;
    FillChunks(&session);
    session.Kill();
    session.Start();
    for (uint32_t i = 0; i < 300; ++i) {
      session.Do("poke", {I32((30 + i % 12) * kChunk), I64(i)});
    }
    for (;;) {
      const Result<bool> more = session.instance().Housekeep();
      REQUIRE(more.ok());
      if (!*more) break;
    }
    const State before = session.Look();
    session.Do("change_all_then_trap", {});
    bool same = session.Look() == before;
    CHECK(same);
    session.Kill();
    session.Start();
    same = session.Look() == before;
    CHECK(same);
  }
}

TEST_CASE("(P2) in low memory a trap takes everything back, also what was written before it") {
  for (const char* track : {"wp-sync", "mprotect"}) {
    for (const char* restore : {"whole", "lazy"}) {
      const VariableScope tracking("PERDURE_TRACK", track);
      const RestoreModeScope restoring(restore);
      if (!ChooseObservedMode().ok() || !MissingPagesVerdict().ok()) {
        WARN("SKIPPED: " << track << ", " << restore);
        continue;
      }
      INFO(track << ", " << restore);
      Session session;
      session.options.memory = MemoryUse::kLow;
      FillChunks(&session);
      State expected = session.Look();
      session.Kill();
      session.Start();
      for (int i = 0; i < 3; ++i) {
        session.Do("poke", {I32(7 * kChunk + 8), I64(7)});
        session.Do("change_all_then_trap", {});
        session.Do("grow_then_trap", {});
        session.Do("poke", {I32(7 * kChunk + 8), I64(1007)});
      }
      bool same = session.Look() == expected;
      CHECK(same);
      session.Kill();
      session.Start();
      same = session.Look() == expected;
      CHECK(same);
    }
  }
}

TEST_CASE("(P1) (P3) the runs of a command in low memory: killed, ended, begun anew, in vain too") {
  constexpr std::string_view kScript = "zbAizTaCcdqpgzaBzDyw1";
  std::string output, memory;
  {
    RunSession undisturbed;
    undisturbed.Start();
    REQUIRE(undisturbed.End(kScript).kind == Outcome::Kind::kExited);
    output = undisturbed.output();
    memory = undisturbed.Memory();
  }
  for (const char* restore : {"whole", "lazy"}) {
    const RestoreModeScope restoring(restore);
    if (!ChooseObservedMode().ok() || !MissingPagesVerdict().ok()) continue;
    for (size_t cut = 0; cut <= kScript.size(); cut += 4) {
      INFO(restore << ", killed after " << cut << " bytes");
      RunSession session;
      session.options.memory = MemoryUse::kLow;
      session.Start();
      REQUIRE(session.Feed(kScript.substr(0, cut)).kind == Outcome::Kind::kStopped);
      session.Kill();
      session.Start();
      REQUIRE(session.End(kScript.substr(cut)).kind == Outcome::Kind::kExited);
      REQUIRE(session.output() == output);
      bool same = session.Memory() == memory;
      REQUIRE(same);
      // A run after it, first in vain, in the same process and in another.
      for (const bool dies : {false, true}) {
        if (dies) {
          session.Kill();
          session.Start();
          REQUIRE(session.Feed("").kind == Outcome::Kind::kExited);  // which nobody had been told
        }
        session.config.trap_in_start = true;
        REQUIRE(session.Feed("").kind == Outcome::Kind::kTrapped);
        session.config.trap_in_start = false;
        same = session.Memory() == memory;
        REQUIRE(same);
        REQUIRE(session.End(kScript).kind == Outcome::Kind::kExited);
        same = session.Memory() == memory;
        REQUIRE(same);
      }
    }
  }
}

TEST_CASE("low memory needs a tracker that sees a write before it happens") {
  for (const char* track : {"wp-async", "compare"}) {
    const VariableScope tracking("PERDURE_TRACK", track);
    if (!ChooseTrackMode().ok()) continue;
    Session session;
    session.options.memory = MemoryUse::kLow;
    const Status refused = session.Open();
    CHECK(refused.code() == StatusCode::kInvalidArgument);
    CHECK(refused.message().find("low memory needs wp-sync or mprotect") != std::string_view::npos);
    CHECK_FALSE(session.disk().rows.header.has_value());
  }
}

}  // namespace
}  // namespace perdure
