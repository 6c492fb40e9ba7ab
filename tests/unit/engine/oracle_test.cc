// The one oracle: run(A; B) == run(A); kill; open again; run(B), in results and in every bit of
// state.
#include <catch2/catch.hpp>

#include "rtlib/track/missing_pages.h"
#include "rtlib/track/tracker.h"
#include "tests/unit/engine/session.h"
#include "tests/unit/engine/variable_scope.h"

namespace perdure {
namespace {

using test::Op;
using test::Session;
using test::State;

// What an operation showed to its caller.
struct Seen {
  Outcome::Kind kind;
  std::string message;
  uint32_t exit_status;
  std::vector<PortableValue> results;
  bool operator==(const Seen&) const = default;
};

Seen Watch(Session* session, const Op& op) {
  const Outcome outcome = session->Do(op);
  return {outcome.kind, outcome.message, outcome.exit_status, session->results()};
}

std::vector<Op> RandomOps(uint32_t seed, int count) {
  std::mt19937 random(seed);
  std::vector<Op> ops;
  for (int i = 0; i < count; ++i) ops.push_back(test::RandomOp(&random));
  return ops;
}

// An instance that is killed, or closed, now and then, against one that is not.
void RunAgainstEachOther(uint32_t seed, MemoryUse memory) {
  const std::vector<Op> ops = RandomOps(seed, 80);
  Session whole, killed;
  whole.Start();
  killed.options.memory = memory;
  killed.options.history_events = seed % 3 == 0 ? Options::kHistoryAll : seed % 3 * 7;
  killed.disk().seals_always = seed % 2 == 0;
  killed.Start();
  std::mt19937 random(seed * 1000);
  for (size_t i = 0; i < ops.size(); ++i) {
    INFO("seed " << seed << ", operation " << i << " " << ops[i].name);
    REQUIRE(Watch(&whole, ops[i]) == Watch(&killed, ops[i]));
    const bool same_live = whole.Look() == killed.Look();
    REQUIRE(same_live);
    if (random() % 3 != 0) continue;
    if (random() % 4 == 0) {
      killed.Close();
    } else {
      killed.Kill();
    }
    killed.Start();
    const bool same_restored = whole.Look() == killed.Look();
    REQUIRE(same_restored);
  }
}

TEST_CASE("a run that is killed anywhere goes on as if it had not been", "[oracle]") {
  for (uint32_t seed = 1; seed <= 12; ++seed) RunAgainstEachOther(seed, MemoryUse::kNormal);
}

TEST_CASE("the same in low memory, however writes are seen and the state is read (P1) (P2)",
          "[oracle]") {
  uint32_t seed = 30;
  for (const char* track : {"wp-sync", "mprotect"}) {
    for (const char* restore : {"whole", "lazy"}) {
      const test::VariableScope tracking("PERDURE_TRACK", track);
      const test::VariableScope restoring("PERDURE_RESTORE", restore);
      const bool works =
          ChooseObservedMode().ok() && (*restore == 'w' || MissingPagesVerdict().ok());
      if (!works) WARN("SKIPPED: " << track << ", " << restore);
      for (int i = 0; i < 3 && works; ++i) RunAgainstEachOther(++seed, MemoryUse::kLow);
    }
  }
}

TEST_CASE("a killed run is the same under group commit once its groups are flushed", "[oracle]") {
  for (uint32_t seed = 20; seed <= 26; ++seed) {
    const std::vector<Op> ops = RandomOps(seed, 60);
    Session whole, killed;
    whole.Start();
    killed.options.commit = {CommitPolicy::Kind::kEvery, 4};
    killed.Start();
    std::mt19937 random(seed);
    for (const Op& op : ops) {
      REQUIRE(Watch(&whole, op) == Watch(&killed, op));
      if (random() % 5 != 0) continue;
      REQUIRE(killed.Flush().ok());
      killed.Kill();
      killed.Start();
      const bool same = whole.Look() == killed.Look();
      REQUIRE(same);
    }
  }
}

TEST_CASE("large changes over whole memories restore", "[oracle]") {
  Session session;
  session.Start();
  session.Do("grow", {test::I32(38)});
  session.Do("fill", {test::I32(1), test::I32(40 * 65536 - 2), test::I32(0x5a)});
  session.Do("scatter", {test::I64(9), test::I32(5000)});
  session.Do("fill", {test::I32(65536), test::I32(10 * 65536), test::I32(0)});
  const State before = session.Look();
  session.Kill();
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
  CHECK(session.Do("grow", {test::I32(1)}).kind == Outcome::Kind::kReturned);
  CHECK(session.results()[0].reference() == 0xffffffff);
}

}  // namespace
}  // namespace perdure
