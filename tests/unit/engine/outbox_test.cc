// Which output leaves after a death. Invariants (O1) to (O5) are those of rtlib/engine/outbox.h.
//
// Descriptor 1 of a RunSession is another file in every Run(), so what is owed is known from the
// log and the mark alone.
#include "rtlib/engine/outbox.h"

#include <catch2/catch.hpp>
#include <csignal>

#include "rtlib/engine/record_hash.h"
#include "rtlib/state/effects.h"
#include "tests/unit/engine/run_session.h"

namespace perdure::test {
namespace {

using Places = std::array<OutletPlace, kOutletCount>;

OutletPlace File(uint64_t ino, uint64_t offset) { return {true, 1, ino, 7, offset}; }
const OutletPlace kPipe = {};

uint64_t NewestHash(RunSession* session) {
  return session->disk().rows.events.rbegin()->second.hash;
}

void Restart(RunSession* session) {
  session->Kill();
  session->Start();
}

TEST_CASE("(O1) output that was committed and not written comes before anything else") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  session.disk().mark.clear();  // as a process that died after the commit left it
  Restart(&session);
  session.Feed("z");
  CHECK(session.output() == "1\n2\n2\n3\n");
}

TEST_CASE("(O1, O3) of output that left in part the rest is written") {
  RunSession session;
  session.Start();
  session.Feed("w");  // 2 MiB
  const std::string whole = session.output();
  const auto& events = session.disk().rows.events;
  uint64_t of_group = 0;
  for (const auto& [seq, event] : events) {
    if (event.effects.empty()) continue;
    of_group = DecodeEffects(event.effects)->front().bytes.size();
  }
  REQUIRE(of_group > 4);
  session.disk().mark = EncodeMark({NewestHash(&session), of_group - 4, false});
  Restart(&session);
  session.Feed("z");
  CHECK((session.output() == whole + whole.substr(whole.size() - 4) + "2\n"));
}

TEST_CASE("(O3) output whose mark says that it has left is not written again") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  Restart(&session);
  CHECK_FALSE(session.disk().mark.empty());
  session.Feed("z");
  CHECK(session.output() == "1\n2\n3\n");
}

TEST_CASE("a mark of another event, or a damaged one, says nothing") {
  RunSession session;
  session.Start();
  session.Feed("z");
  session.disk().mark = EncodeMark({NewestHash(&session) + 1, 2, true});
  Restart(&session);
  session.Feed("z");
  session.disk().mark[3] ^= 1;
  Restart(&session);
  session.Feed("z");
  CHECK(session.output() == "1\n1\n2\n2\n3\n");
}

TEST_CASE("a state that was closed needs no mark, and has none") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  session.Close();
  CHECK(session.disk().mark.empty());
  session.Start();
  session.Close();
  session.Start();
  session.Feed("z");
  CHECK(session.output() == "1\n2\n3\n");
}

TEST_CASE("what is owed when a state is only looked at is owed still") {
  RunSession session;
  session.Start();
  session.Feed("zz");
  session.disk().mark.clear();
  Restart(&session);
  session.Close();
  session.Start();
  session.Feed("z");
  CHECK(session.output() == "1\n2\n2\n3\n");
}

TEST_CASE("(O4) an exit status that nobody got is what the next process ends with") {
  RunSession session;
  session.Start();
  CHECK(session.Feed("zx").exit_status == 3);
  SECTION("with a mark") {}
  SECTION("without one") { session.disk().mark.clear(); }
  for (int i = 0; i < 2; ++i) {
    Restart(&session);
    CHECK(session.instance().info().owes_exit);
    CHECK(session.Feed("").kind == Outcome::Kind::kExited);
    CHECK(session.output() == "1\n");
  }
  session.Close();  // now somebody has got it
  session.Start();
  CHECK_FALSE(session.instance().info().owes_exit);
  CHECK(session.Feed("z").kind == Outcome::Kind::kStopped);
}

TEST_CASE("(O4) who wants another run is told of the one whose exit status is owed") {
  RunSession session;
  session.options.arguments = {"runs"};
  session.Start();
  session.Feed("x");
  Restart(&session);
  const Result<Outcome> outcome = session.Try("");
  REQUIRE(outcome.ok());
  CHECK(outcome->exit_status == 3);
  // And in the same instance the next Run() begins a new run.
  CHECK(session.Feed("z").kind == Outcome::Kind::kStopped);
  CHECK(session.output() == "1\n");
}

TEST_CASE("(O5) what a trapped event printed is not printed again when it is repeated") {
  RunSession session;
  session.Start();
  CHECK(session.Feed("zt").kind == Outcome::Kind::kTrapped);
  CHECK(session.output() == "1\npanic\n");
  bool is_restarted = false;
  SECTION("in the same process") {}
  SECTION("in other processes") { is_restarted = true; }
  for (int i = 0; i < 3; ++i) {
    if (is_restarted) Restart(&session);
    session.PutDot();  // that of the wait for the first
    CHECK(session.Feed("t").kind == Outcome::Kind::kTrapped);
    CHECK(session.output() == "1\npanic\n");
  }
  // Another input, another output: all of it.
  session.PutDot();
  session.Feed("z");
  CHECK(session.output() == "1\npanic\n2\n");
  session.Feed("z");
  CHECK(session.output() == "1\npanic\n2\n3\n");
}

TEST_CASE("(O5) what a trapped event printed and was not written is owed, once") {
  RunSession session;
  session.Start();
  session.Feed("z");
  session.Feed("t");
  session.disk().mark.clear();
  Restart(&session);
  session.PutDot();
  session.Feed("t");
  CHECK(session.output() == "1\npanic\npanic\n");
  Restart(&session);
  session.PutDot();
  session.Feed("t");
  CHECK(session.output() == "1\npanic\npanic\n");
}

TEST_CASE("(O1) history none keeps what the outbox needs to know") {
  RunSession session;
  session.options.history_events = 0;
  session.Start();
  session.Feed(std::string(40, 'z'));
  session.Feed("t");
  session.Close();
  session.Start();
  const std::string before = session.output();
  session.PutDot();
  session.Feed("t");
  CHECK(session.output() == before);
}

TEST_CASE("a row that was changed in the history is found before anything is written") {
  RunSession session;
  session.options.history_events = 100;
  session.Start();
  session.Feed(std::string(60, 'z'));
  session.Close();  // folds: the base is the newest event
  EventRecord& newest = session.disk().rows.events.rbegin()->second;
  REQUIRE(session.disk().rows.header->base.seq == newest.seq);
  SECTION("its effects") { newest.effects += "\x01\x01x"; }
  SECTION("where they were to go on") { newest.outlet = EncodeOutlet({newest.seq, {}, ""}); }
  CHECK(session.Open().code() == StatusCode::kCorrupt);
}

TEST_CASE("an outlet that speaks of later events, or does not decode, is corrupt") {
  RunSession session;
  session.Start();
  session.Feed("z");
  session.Kill();
  EventRecord& newest = session.disk().rows.events.rbegin()->second;
  newest.outlet = EncodeOutlet({newest.seq, {}, ""});
  SECTION("later") {}
  SECTION("not an outlet") { newest.outlet += "x"; }
  newest.hash = EventHash(newest, session.disk().rows.events.at(newest.seq - 1).hash);
  CHECK(session.Open().code() == StatusCode::kCorrupt);
}

TEST_CASE("(O2) a file says how much of the output it has got") {
  const std::vector<perdure_effect> effects = {{1, "abc"}, {2, "de"}, {1, "fghi"}};
  const Places files = {File(1, 10), File(2, 20)};
  const auto after = [&](const Places& then, uint64_t first, uint64_t second) {
    Places now = then;
    now[0].offset += first;
    now[1].offset += second;
    return BytesInFiles(effects, 0, then, now);
  };
  CHECK(after(files, 0, 0) == 0);
  CHECK(after(files, 2, 0) == 2);
  CHECK(after(files, 3, 0) == 3);
  CHECK(after(files, 3, 1) == 4);
  CHECK(after(files, 3, 2) == 5);
  CHECK(after(files, 4, 2) == 6);
  CHECK(after(files, 7, 2) == 9);
  CHECK(after(files, 8, 2) == 0);                 // somebody else has written to it
  CHECK(after({File(1, 10), kPipe}, 4, 0) == 6);  // so the pipe has got its part
  CHECK(after({File(1, 10), kPipe}, 3, 0) == 3);
  const Places one = {File(1, 10), File(1, 10)};
  CHECK(after(one, 4, 4) == 4);
  CHECK(after(one, 9, 9) == 9);
}

TEST_CASE("(O2) another file, or one that was cut, says nothing: the mark counts") {
  const std::vector<perdure_effect> effects = {{1, "abcdefg"}};
  CHECK(BytesInFiles(effects, 2, {File(1, 10), kPipe}, {File(3, 14), kPipe}) == 2);
  CHECK(BytesInFiles(effects, 2, {File(1, 10), kPipe}, {kPipe, kPipe}) == 2);
  CHECK(BytesInFiles(effects, 2, {File(1, 10), kPipe}, {File(1, 0), kPipe}) == 2);
  CHECK(BytesInFiles(effects, 2, {File(1, 10), kPipe}, {File(1, 11), kPipe}) == 2);
  CHECK(BytesInFiles(effects, 2, {File(1, 10), kPipe}, {File(1, 14), kPipe}) == 4);
}

TEST_CASE("marks read back, and a changed one is none") {
  const std::string encoded = EncodeMark({0x1122334455667788, 99, true});
  const std::optional<OutputMark> mark = DecodeMark(encoded);
  REQUIRE(mark.has_value());
  CHECK(mark->event_hash == 0x1122334455667788);
  CHECK(mark->bytes == 99);
  CHECK(mark->done);
  for (size_t i = 0; i < encoded.size(); ++i) {
    std::string changed = encoded;
    changed[i] ^= 0x10;
    CHECK_FALSE(DecodeMark(changed).has_value());
    CHECK_FALSE(DecodeMark(encoded.substr(0, i)).has_value());
  }
  CHECK_FALSE(DecodeMark(encoded + "x").has_value());
}

}  // namespace
}  // namespace perdure::test
