// (E12): references in state are functions of the program or null; anything else traps the event.
#include <catch2/catch.hpp>

#include "perdure/host.h"
#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::Func;
using test::I32;
using test::I64;
using test::Session;
using test::State;

perdure_value ExternValue(void* object) {
  perdure_value value = {};
  value.externref = object;
  return value;
}

TEST_CASE("(E12) storing a host object traps the event and says where it was stored") {
  Session session;
  session.Start();
  const State before = session.Look();
  int object;
  perdure_value args[2] = {ExternValue(&object), {}};
  auto outcome =
      session.instance().Call(session.ExportIndex("set_externref"), std::span(args, 1), {});
  REQUIRE(outcome.ok());
  CHECK(outcome->kind == Outcome::Kind::kTrapped);
  CHECK(outcome->message ==
        "global 'object' holds a reference to a host object, which cannot be stored");
  const EventRecord& row = session.disk().rows.events.at(2);
  CHECK(row.outcome == EventOutcome::kTrapped);
  CHECK(row.delta.empty());
  CHECK(row.globals.empty());
  args[0] = {};
  args[1] = ExternValue(&object);
  outcome = session.instance().Call(session.ExportIndex("table_extern"), args, {});
  REQUIRE(outcome.ok());
  CHECK(outcome->message ==
        "table 2 holds a reference to a host object at element 0, which cannot be stored");
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("named host references persist, in globals and tables") {
  Session session;
  session.Start();
  perdure_value args[2] = {ExternValue(perdure_named_reference(7)), {}};
  auto outcome =
      session.instance().Call(session.ExportIndex("set_externref"), std::span(args, 1), {});
  REQUIRE(outcome.ok());
  CHECK(outcome->kind == Outcome::Kind::kReturned);
  CHECK(session.disk().rows.events.at(2).input == "set_externref(extern:7)");
  CHECK(session.disk().rows.events.at(2).globals == "{\"object\":\"extern:7\"}");
  args[0] = {};
  args[1] = ExternValue(perdure_named_reference(0xfffffffe));
  outcome = session.instance().Call(session.ExportIndex("table_extern"), args, {});
  REQUIRE(outcome.ok());
  CHECK(outcome->kind == Outcome::Kind::kReturned);
  const State before = session.Look();
  session.Kill();
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
  CHECK(session.config.live->externref == perdure_named_reference(7));
  CHECK(session.config.live->externs.data[0] == perdure_named_reference(0xfffffffe));
}

TEST_CASE("(E12) more than a row can take traps the event") {
  Session session;
  session.Start();
  CHECK(session.Do("host_table", {I32(kHostTableBytesMax)}).kind == Outcome::Kind::kReturned);
  const State before = session.Look();
  const Outcome outcome = session.Do("host_table", {I32(kHostTableBytesMax + 1)});
  CHECK(outcome.kind == Outcome::Kind::kTrapped);
  CHECK(outcome.message.find("more than a commit can hold") != std::string::npos);
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(E12) another instance's function is no argument and no state") {
  Session session, other;
  session.Start();
  other.Start();
  perdure_value args[1] = {};
  args[0].funcref = *other.instance().FunctionRef(1);
  const auto outcome = session.instance().Call(session.ExportIndex("set_funcref"), args, {});
  CHECK(outcome.status().code() == StatusCode::kInvalidArgument);
  CHECK(session.instance().FunctionIndex(args[0].funcref).status().code() ==
        StatusCode::kInvalidArgument);
  session.config.live->funcref = args[0].funcref;  // as a host function could
  CHECK(session.Do("nop", {}).message ==
        "global 'callback' holds a function of another instance, which cannot be stored");
  CHECK(session.config.live->funcref.func == nullptr);
}

TEST_CASE("functions are indices outside and themselves inside, before and after a restore") {
  Session session;
  session.Start();
  session.Do("set_funcref", {Func(1)});
  session.Do("table_set", {I32(2), Func(1)});
  session.Do("table_set", {I32(3), Func(0)});
  for (int round = 0; round < 2; ++round) {
    session.Do("all", {});
    CHECK(session.results()[5].reference() == 1);
    // 0: the import as an element segment placed it; 3: the import through a reference.
    const uint32_t expected[] = {20, 30, 30, 20};
    for (uint32_t element = 0; element < 4; ++element) {
      session.Do("call_indirect", {I32(element), I32(10)});
      CHECK(session.results()[0].reference() == expected[element]);
    }
    session.Kill();
    session.Start();
  }
  CHECK(session.instance().FunctionRef(kNullRef).status().code() == StatusCode::kInvalidArgument);
  CHECK(session.instance().FunctionRef(10000).status().code() == StatusCode::kInvalidArgument);
  CHECK(session.instance().FunctionIndex({}).status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("the log names functions by index") {
  Session session;
  session.Start();
  session.Do("table_grow", {I32(1), Func(1)});
  CHECK(session.disk().rows.events.at(2).input == "table_grow(1, func:1)");
  session.Do("set_funcref", {Func(0)});
  CHECK(session.disk().rows.events.at(3).globals == "{\"callback\":\"func:0\"}");
}

}  // namespace
}  // namespace perdure
