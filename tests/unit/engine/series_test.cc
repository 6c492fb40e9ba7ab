// Events of a group that share a row (rtlib/engine/series.h).
#include "rtlib/engine/series.h"

#include <catch2/catch.hpp>

#include "rtlib/engine/fold.h"
#include "rtlib/state/effects.h"
#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::Func;
using test::I32;
using test::I64;
using test::kSampleProgram;
using test::Session;
using test::State;

void StartGrouped(Session* session, uint64_t events = 1000) {
  session->options.commit = {CommitPolicy::Kind::kEvery, events};
  session->Start();
}

// Numbers of the last events of all rows.
std::vector<uint64_t> Rows(Session* session) {
  std::vector<uint64_t> rows;
  for (const auto& [seq, event] : session->disk().rows.events) rows.push_back(seq);
  return rows;
}

const EventRecord& Row(Session* session, uint64_t seq) {
  return session->disk().rows.events.at(seq);
}

// Throws away the process; what the next one finds is what this one had.
void CheckSurvives(Session* session) {
  const State before = session->Look();
  session->Kill();
  session->Start();
  const bool same = session->Look() == before;
  CHECK(same);
}

TEST_CASE("(G1) the events of a group are one row with one delta") {
  Session session;
  StartGrouped(&session, 3);
  session.Do("set_i32", {I32(7)});
  session.Do("say", {I32(1), I32(2)});
  CHECK(session.instance().info().last_seq == 3);
  CHECK(session.Do("peek", {I32(100)}).seq == 4);
  CHECK(Rows(&session) == std::vector<uint64_t>{1, 4});
  const EventRecord& row = Row(&session, 4);
  CHECK(row.earlier_count == 2);
  const std::string& earlier = row.earlier;
  CHECK(earlier.find(",[\"set_i32(7)\",\"\",0],[\"say(1, 2)\",\"\",") != std::string::npos);
  CHECK(std::stoll(earlier.substr(1)) > 1'700'000'000'000'000);
  CHECK(earlier.ends_with(",4]]"));
  CHECK(row.input == "peek(100)");
  CHECK(row.result == "1");
  CHECK(row.effects == EncodeEffects({{1, "cc"}}));
  CHECK(session.output() == "started\ncc");
  CheckSurvives(&session);
}

TEST_CASE("a name that JSON has to escape is in the list as it is in the column") {
  perdure_program program = kSampleProgram;
  perdure_export exports[] = {{"set \"it\"\n", PERDURE_FUNC, 0}, {"get\\", PERDURE_FUNC, 0}};
  for (uint32_t i = 0; i < program.export_count; ++i) {
    if (std::string_view(program.exports[i].name) != "set_i32") continue;
    for (perdure_export& one : exports) one.index = program.exports[i].index;
  }
  program.exports = exports;
  program.export_count = 2;
  Series series(program);
  const uint8_t types[] = {PERDURE_I32};
  perdure_value args[1] = {};
  args[0].i32 = 7;
  series.Add(0, types, args, "", {}, 1'000'000);
  series.Add(1, types, args, "-1", {{1, "ab"}}, 5'000'000);
  EventRecord record;
  series.Describe(&record);
  CHECK(record.input == R"json("get\\"(7))json");
  CHECK(record.result == "-1");
  CHECK(record.earlier_count == 1);
  CHECK(record.earlier.ends_with(R"json(,["\"set \\\"it\\\"\\n\"(7)","",0]])json"));

  record = {};
  record.input = "trapped()";
  series.Describe(&record);
  CHECK(record.input == "trapped()");
  CHECK(record.earlier_count == 2);
  CHECK(record.earlier.ends_with(R"json(,["\"get\\\\\"(7)","-1",4000,4]])json"));
}

TEST_CASE("(G2) what may not do the same again is the last of its row") {
  Session session;
  StartGrouped(&session);
  session.Do("set_i32", {I32(1)});
  session.Do("grow", {I32(1)});  // 3
  session.Do("set_i32", {I32(2)});
  session.Do("table_grow", {I32(1), Func(1)});  // 5
  session.Do("set_i32", {I32(3)});
  session.Do("set_funcref", {Func(1)});  // 7
  session.Do("set_i32", {I32(4)});
  session.Do("say_then_exit", {I32(9)});  // 9
  session.Do("set_i32", {I32(6)});        // 10
  REQUIRE(session.Flush().ok());
  CHECK(Rows(&session) == std::vector<uint64_t>{1, 3, 5, 7, 9, 10});
  CHECK(Row(&session, 9).outcome == EventOutcome::kExited);
  CHECK(Row(&session, 9).earlier_count == 1);
  CheckSurvives(&session);
}

TEST_CASE("(G2) a program takes part if the runtime supplies what it imports") {
  const perdure_type plain = {0, 0, nullptr, nullptr, nullptr};
  const uint8_t reference[] = {PERDURE_I32, PERDURE_EXTERNREF};
  const perdure_type takes_reference = {2, 0, reference, nullptr, nullptr};
  perdure_import imports[] = {{"wasi_snapshot_preview1", "fd_write", PERDURE_FUNC, 0, 1},
                              {"env", "double", PERDURE_FUNC, 1, 0}};
  perdure_program program = kSampleProgram;
  program.imports = imports;
  CHECK(Series(program).Takes(plain));
  CHECK_FALSE(Series(program).Takes(takes_reference));
  program.import_count = 1;
  CHECK(Series(program).Takes(plain));
  program.import_count = 2;
  CHECK_FALSE(Series(program).Takes(plain));
}

TEST_CASE("(G3) an event that traps leaves those before it in the group, and is a row of its own") {
  Session session;
  StartGrouped(&session);
  session.Do("scatter", {I64(3), I32(40)});
  session.Do("say", {I32(1), I32(2)});
  session.Do("set_i32", {I32(7)});
  const State before = session.Look();
  for (const char* trap : {"grow_then_trap", "change_all_then_trap", "recurse"}) {
    INFO(trap);
    CHECK(session.Do(trap, {}).kind == Outcome::Kind::kTrapped);
    const bool same = session.Look() == before;
    CHECK(same);
  }
  session.Do("poke", {I32(8), I64(1)});
  CHECK(session.output() == "started\n");
  REQUIRE(session.Flush().ok());
  CHECK(session.output() == "started\ncc");
  CHECK(Rows(&session) == std::vector<uint64_t>{1, 4, 5, 6, 7, 8});
  CHECK(Row(&session, 4).outcome == EventOutcome::kReturned);
  CHECK(Row(&session, 5).outcome == EventOutcome::kTrapped);
  CHECK(Row(&session, 5).delta.empty());
  CheckSurvives(&session);
}

TEST_CASE("(G3) an event that cannot be stored leaves those before it in the group") {
  Session session;
  StartGrouped(&session);
  session.Do("set_i32", {I32(7)});
  session.Do("host_table", {I32(20)});
  const State before = session.Look();
  CHECK(session.Do("host_table", {I32(kHostTableBytesMax + 1)}).kind == Outcome::Kind::kTrapped);
  const bool same = session.Look() == before;
  CHECK(same);
  REQUIRE(session.Flush().ok());
  CheckSurvives(&session);
}

TEST_CASE("(G3) a call that does something else when repeated ends the instance, loudly") {
  Session session;
  StartGrouped(&session);
  session.Do("set_i32", {I32(50)});
  REQUIRE(session.Flush().ok());
  session.Do("set_i32", {I32(51)});
  session.Do("say", {I32(1), I32(3)});
  session.Do("dice", {});
  const Status status = session.Try("grow_then_trap", {}).status();
  CHECK(status.code() == StatusCode::kFailedPrecondition);
  CHECK(status.message().find("'dice' did something else") != std::string::npos);
  CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
  CHECK(session.output() == "started\n");
  session.Kill();
  session.Start();
  CHECK(session.config.live->i32 == 50);
  CHECK(session.instance().info().last_seq == 2);
}

TEST_CASE("(G4) a row that is long enough ends, and the group goes on") {
  Session session;
  StartGrouped(&session, 3 * kSeriesEventsMax);
  for (uint32_t i = 0; i < kSeriesEventsMax + 2; ++i) session.Do("set_i32", {I32(i)});
  CHECK(Rows(&session) == std::vector<uint64_t>{1});
  session.Kill();
  session.Start();
  CHECK(session.config.live->i32 == 5);
  for (uint32_t i = 0; i < kSeriesEventsMax + 2; ++i) session.Do("set_i32", {I32(i)});
  REQUIRE(session.Flush().ok());
  CHECK(Rows(&session).back() == kSeriesEventsMax + 3);
  CHECK(Rows(&session).size() >= 3);  // more if the machine was slow
  CHECK(session.disk().commits == 2);
  CheckSurvives(&session);
}

TEST_CASE("(G5) events that only read open no series, and are in the row of one that is open") {
  Session session;
  StartGrouped(&session);
  CHECK(session.Do("peek", {I32(100)}).seq == 0);
  CHECK(session.Do("poke", {I32(100), I64(1)}).seq == 0);  // it is 1 already
  CHECK_FALSE(session.instance().HasUncommittedEvents());
  CHECK(session.Do("poke", {I32(100), I64(2)}).seq == 2);
  CHECK(session.Do("peek", {I32(100)}).seq == 3);
  REQUIRE(session.Flush().ok());
  CHECK(session.Do("peek", {I32(100)}).seq == 0);
  CHECK(Rows(&session) == std::vector<uint64_t>{1, 3});
}

TEST_CASE("(E5) a row of several events is a link of the chain") {
  Session session;
  StartGrouped(&session, 4);
  for (uint32_t i = 0; i < 8; ++i) session.Do("set_i32", {I32(i)});
  session.Kill();
  const MemoryRows rows = session.disk().rows;
  const auto refuses = [&](auto change) {
    session.disk().rows = rows;
    change(&session.disk().rows.events.at(5));
    const Status status = session.Open();
    CHECK(status.code() == StatusCode::kCorrupt);
  };
  refuses([](EventRecord* row) { row->earlier[2] = '9'; });
  refuses([](EventRecord* row) { ++row->earlier_count; });
  refuses([](EventRecord* row) { row->earlier_count = 5; });
  session.disk().rows = rows;
  session.Start();
  CHECK(session.config.live->i32 == 7);
}

TEST_CASE("(F1) a window that begins within a row keeps the row") {
  Session session;
  session.options.history_events = 10;
  StartGrouped(&session, 7);
  for (uint32_t i = 0; i < 7 * kFoldSlackEventsClosing * 3; ++i) {
    session.Do("poke", {I32(8 * (i % 50)), I64(i + 1)});
  }
  const uint64_t newest = session.instance().info().last_seq;
  const State before = session.Look();
  session.Close();
  const std::optional<StateHeader> header = session.disk().rows.header;
  CHECK(header->base.seq == newest);
  CHECK(header->past.seq <= newest - 10);
  CHECK(header->past.seq > newest - 10 - 7 * (kFoldSlackEventsClosing + 2));
  CHECK((header->past.seq - 1) % 7 == 0);
  CHECK(Rows(&session).front() == header->past.seq + 7);
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("groups with traps anywhere end as the same events one by one", "[oracle]") {
  for (uint32_t seed = 1; seed <= 8; ++seed) {
    std::mt19937 random(seed);
    Session single, grouped;
    single.Start();
    StartGrouped(&grouped, 1 + seed * 5);
    for (int i = 0; i < 150; ++i) {
      INFO("seed " << seed << ", operation " << i);
      const test::Op op = test::RandomOp(&random);
      const Outcome one = single.Do(op), other = grouped.Do(op);
      REQUIRE(one.kind == other.kind);
      REQUIRE(one.message == other.message);
      REQUIRE(single.results() == grouped.results());
      const bool same = single.Look() == grouped.Look();
      REQUIRE(same);
    }
    REQUIRE(grouped.Flush().ok());
    CheckSurvives(&grouped);
  }
}

}  // namespace
}  // namespace perdure
