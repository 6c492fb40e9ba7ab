// Calls that cannot be made: exit status 2 and one line, before any event and before any file.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

// The state is neither made nor changed by a refused call.
void RefusedWithoutTouching(const ProgramOn& program, std::vector<std::string> arguments,
                            const std::vector<std::string>& words) {
  const bool existed = std::filesystem::exists(program.state());
  const std::string before = ReadFile(program.state());
  program.Refused(2, std::move(arguments), words);
  REQUIRE(std::filesystem::exists(program.state()) == existed);
  REQUIRE(ReadFile(program.state()) == before);
}

}  // namespace

TEST_CASE("an unknown export is named and the nearest one is suggested") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  RefusedWithoutTouching(counter, {"incremet"}, {"incremet", "increment"});
  RefusedWithoutTouching(counter, {"memory"}, {"memory"});  // exported, and no function
  counter.Expect({"increment"}, "1\n");
  RefusedWithoutTouching(counter, {"incremet"}, {"incremet", "increment"});
  RefusedWithoutTouching(counter, {""}, {"''"});
  counter.Expect({"get"}, "1\n");
}

TEST_CASE("a wrong number of arguments is refused with the signature") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  RefusedWithoutTouching(counter, {"set"}, {"set", "(i32)"});
  RefusedWithoutTouching(counter, {"set", "1", "2"}, {"set", "(i32)"});
  RefusedWithoutTouching(counter, {"get", "1"}, {"get"});
}

TEST_CASE("an argument of the wrong type is refused") {
  ProgramOn types(BuildProgram(Module("types.wat")));
  for (const char* text : {"abc", "", "1.5", "0x", "1 ", " 1", "+-1", "1e3", "nan", "--1"}) {
    INFO("i32 from '" << text << "'");
    RefusedWithoutTouching(types, {"set_i32", text}, {"set_i32", "i32"});
  }
  for (const char* text : {"abc", "", "0x", "1.5x", "nan:", "nan:0x", "nan:0x0", "infinite"}) {
    INFO("f64 from '" << text << "'");
    RefusedWithoutTouching(types, {"set_f64", text}, {"set_f64", "f64"});
  }
  for (const char* text : {"abc", "", "0123456789abcdef0123456789abcdeg"}) {
    INFO("v128 from '" << text << "'");
    RefusedWithoutTouching(types, {"set_v128", text}, {"set_v128", "v128"});
  }
}

TEST_CASE("a number out of the range of its type is refused") {
  ProgramOn types(BuildProgram(Module("types.wat")));
  for (const char* text : {"4294967296", "-2147483649", "0x100000000", "99999999999999999999999"}) {
    RefusedWithoutTouching(types, {"set_i32", text}, {text, "i32"});
  }
  for (const char* text : {"18446744073709551616", "-9223372036854775809", "0x10000000000000000"}) {
    RefusedWithoutTouching(types, {"set_i64", text}, {text, "i64"});
  }
  RefusedWithoutTouching(types, {"set_f32", "1e39"}, {"1e39", "f32"});
  RefusedWithoutTouching(types, {"set_f64", "1e309"}, {"1e309", "f64"});
  RefusedWithoutTouching(types, {"set_f32", "nan:0x800000"}, {"nan:0x800000", "f32"});
  RefusedWithoutTouching(types, {"set_v128", "0x1ffffffffffffffffffffffffffffffff"}, {"v128"});
}

TEST_CASE("an unknown or malformed runtime option is refused by name") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  RefusedWithoutTouching(counter, {"--perdure-nonsense", "get"}, {"--perdure-nonsense"});
  RefusedWithoutTouching(counter, {"--perdure-durability=maybe", "get"},
                         {"durability", "maybe", "full"});
  RefusedWithoutTouching(counter, {"--perdure-commit=every:0", "get"}, {"commit", "every:0"});
  RefusedWithoutTouching(counter, {"--perdure-commit=often", "get"}, {"commit", "often"});
  RefusedWithoutTouching(counter, {"--perdure-history=-1", "get"}, {"history", "-1"});
  RefusedWithoutTouching(counter, {"--perdure-state=", "get"}, {"--perdure-state"});
  RefusedWithoutTouching(counter, {"--perdure-dir=::/data", "get"},
                         {"--perdure-dir", "HOST::GUEST"});
  Command line = counter.Line({"get"});
  line.env["PERDURE_DURABILITY"] = "maybe";
  RequireRefusal(Run(line), 2, {"PERDURE_DURABILITY", "maybe"});
}

}  // namespace perdure::test
