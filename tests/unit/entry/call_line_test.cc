#include "rtlib/entry/call_line.h"

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "rtlib/entry/nearest_name.h"
#include "tests/unit/entry/sample_program.h"

namespace perdure {
namespace {

const Exports& Sample() {
  static const Exports exports(test::kSampleProgram);
  return exports;
}

std::string Refuse(const std::vector<std::string_view>& words) {
  Result<PreparedCall> call = PrepareCall(Sample(), words);
  REQUIRE_FALSE(call.ok());
  REQUIRE(call.status().code() == StatusCode::kInvalidArgument);
  return std::string(call.status().message());
}

TEST_CASE("arguments are parsed by the export's type") {
  std::vector<std::string_view> words = {"set", "-5"};
  Result<PreparedCall> call = PrepareCall(Sample(), words);
  REQUIRE(call.ok());
  CHECK(call->callable.name == "set");
  CHECK(std::strcmp(test::kSampleProgram.exports[call->callable.export_index].name, "set") == 0);
  REQUIRE(call->args.size() == 1);
  CHECK(call->args[0].i32 == 0xfffffffb);
  words = {"same", "func:3"};
  call = PrepareCall(Sample(), words);
  REQUIRE(call.ok());
  CHECK(call->function_indices == std::vector<uint32_t>{3});
  words = {"same", "null"};
  call = PrepareCall(Sample(), words);
  REQUIRE(call.ok());
  CHECK(call->function_indices == std::vector<uint32_t>{PERDURE_NO_INDEX});
}

TEST_CASE("wrong arguments are refused with the parameter and the signature") {
  CHECK(Refuse({"set"}) == "'set' takes 1 argument, not 0: set(i32) -> ()");
  CHECK(Refuse({"divide", "1"}) == "'divide' takes 2 arguments, not 1: divide(i32, i32) -> i32");
  CHECK(Refuse({"get", "1"}) == "'get' takes 0 arguments, not 1: get() -> i32");
  CHECK(Refuse({"divide", "1", "x"}) ==
        "argument 2 of divide(i32, i32) -> i32: 'x' is no i32 (an integer from -2147483648 to "
        "4294967295, or 0x hex)");
  CHECK(Refuse({"set", "4294967296"}).find("is out of range for i32") != std::string::npos);
  CHECK(Refuse({"same", "func:15"}) ==
        "argument 1 of same(funcref) -> funcref: 'func:15': the program has 15 functions");
}

TEST_CASE("an unknown export is refused with the nearest name") {
  CHECK(Refuse({"gte"}) == "no function 'gte' is exported; did you mean 'get'?");
  CHECK(Refuse({"incremnet"}) == "no function 'incremnet' is exported; did you mean 'increment'?");
  CHECK(Refuse({"zzzzzz"}) == "no function 'zzzzzz' is exported (--help lists those that are)");
  CHECK(Refuse({""}) == "no function '' is exported (--help lists those that are)");
  CHECK(Refuse({std::string(5000, 'g')}).size() < 200);
}

TEST_CASE("what is exported but no command says why") {
  CHECK(Refuse({"memory"}) == "export 'memory' cannot be called: it is a memory");
  CHECK(Refuse({"_initialize"}) ==
        "export '_initialize' cannot be called: it is run by the runtime itself");
  for (const Exports::Callable& callable : Sample().callables()) {
    CHECK(callable.name != "_initialize");
    CHECK(callable.name != "memory");
    CHECK(Sample().Find(callable.name)->export_index == callable.export_index);
  }
}

TEST_CASE("a line is split at blanks; empty lines and comments have no words") {
  using Words = std::vector<std::string_view>;
  CHECK(SplitCallLine("set 42") == Words{"set", "42"});
  CHECK(SplitCallLine("  set\t 42 \r") == Words{"set", "42"});
  CHECK(SplitCallLine("").empty());
  CHECK(SplitCallLine(" \t\r").empty());
  CHECK(SplitCallLine("# set 42").empty());
  CHECK(SplitCallLine("  #set").empty());
  CHECK(SplitCallLine("set #42") == Words{"set", "#42"});
  CHECK(SplitCallLine(R"( "a b" 1 )") == Words{R"("a b")", "1"});
  CHECK(SplitCallLine(R"("a \" b" 1)") == Words{R"("a \" b")", "1"});
  CHECK(SplitCallLine(R"("a\\" b)") == Words{R"("a\\")", "b"});
  CHECK(SplitCallLine(R"("a b)") == Words{R"("a)", "b"});
  CHECK(SplitCallLine(R"("a\)") == Words{R"("a\)"});
  CHECK(SplitCallLine("\"") == Words{"\""});
}

TEST_CASE("the nearest name is the one with the fewest edits, if it is near") {
  const std::vector<std::string_view> names = {"get", "set", "increment", "decrement", "x"};
  CHECK(NearestName("ge", names) == "get");
  CHECK(NearestName("st", names) == "set");
  CHECK(NearestName("egt", names) == "get");
  CHECK(NearestName("incremen", names) == "increment");
  CHECK(NearestName("dincrement", names) == "increment");
  CHECK(NearestName("abc", names).empty());
  CHECK(NearestName("y", names).empty());
  CHECK(NearestName("", names).empty());
  CHECK(NearestName(std::string(100000, 'a'), names).empty());
}

}  // namespace
}  // namespace perdure
