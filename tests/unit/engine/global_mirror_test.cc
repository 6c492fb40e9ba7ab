#include "rtlib/engine/global_mirror.h"

#include <catch2/catch.hpp>

#include <cstring>

#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

std::string Json(const test::Arg& arg) { return ValueJson(arg.type, arg.value); }

TEST_CASE("values are JSON numbers where JSON has them, else strings or null") {
  CHECK(Json(test::I32(0xffffffff)) == "-1");
  CHECK(Json(test::I64(uint64_t{1} << 63)) == "-9223372036854775808");
  CHECK(Json(test::F64Bits(0x3fe0000000000000)) == "0.5");
  CHECK(Json(test::F32Bits(0x7f800000)) == "\"inf\"");
  CHECK(Json(test::F64Bits(0x7ff8000000000000)) == "\"nan\"");
  CHECK(Json(test::F64Bits(0xfff0000000000000)) == "\"-inf\"");
  CHECK(Json(test::V128(0xab)) == "\"abababababababababababababababab\"");
  CHECK(Json(test::Func(3)) == "\"func:3\"");
  CHECK(Json(test::Func(kNullRef)) == "null");
  CHECK(Json(test::NullExtern()) == "null");
}

TEST_CASE("every global has a name of its own") {
  perdure_global globals[] = {{PERDURE_I32, 1, 0, "a"},
                              {PERDURE_I32, 1, 0, nullptr},
                              {PERDURE_I32, 1, 0, "a"},
                              {PERDURE_I32, 1, 0, "g1"},
                              {PERDURE_I32, 1, 0, ""}};
  perdure_program program = {};
  program.global_count = 5;
  program.globals = globals;
  CHECK(GlobalNames(program) == std::vector<std::string>{"a", "g1", "a_", "g1_", "g4"});
}

TEST_CASE("an event's row names the globals it changed, and only those") {
  test::Session session;
  session.Start();
  CHECK(session.disk().rows.events[1].globals == "{\"count\":5,\"g1\":1099511627776}");
  session.Do("set_i32", {test::I32(9)});
  CHECK(session.disk().rows.events[2].globals == "{\"count\":9}");
  session.Do("poke", {test::I32(0), test::I64(1)});
  CHECK(session.disk().rows.events[3].globals.empty());
  CHECK(session.disk().rows.globals.size() == 7);
  CHECK(session.disk().rows.globals[3].name == "ratio");
  CHECK(session.disk().rows.globals[3].type == "f64");
  CHECK(session.disk().rows.globals[3].value == "0.5");
}

}  // namespace
}  // namespace perdure
