// A trapped event never happened: exit status 134, one line, and the state as it was before.
#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

// One trapping call after `set 11`; the state must still say 11.
void CheckTrap(const ProgramOn& traps, std::vector<std::string> arguments,
               const std::string& reason) {
  INFO("call of " << arguments[0]);
  traps.Refused(134, std::move(arguments), {"trap", reason});
  traps.Expect({"get"}, "11\n11\n");
}

ProgramOn Traps() { return ProgramOn(BuildProgram(Module("traps.wat"))); }

}  // namespace

TEST_CASE("each kind of trap has its name and is rolled back") {
  ProgramOn traps = Traps();
  traps.Expect({"set", "11"}, "");
  CheckTrap(traps, {"unreachable"}, "unreachable");
  CheckTrap(traps, {"divide_by_zero"}, "integer divide by zero");
  CheckTrap(traps, {"overflow"}, "integer overflow");
  CheckTrap(traps, {"conversion", "nan"}, "invalid conversion to integer");
  CheckTrap(traps, {"conversion", "1e10"}, "integer overflow");
  CheckTrap(traps, {"memory_bounds", "65533"}, "out of bounds");
  CheckTrap(traps, {"memory_bounds", "-1"}, "out of bounds");
  CheckTrap(traps, {"store_bounds", "-1"}, "out of bounds");
  CheckTrap(traps, {"call", "99"}, "undefined element");
  CheckTrap(traps, {"call", "2"}, "uninitialized element");
  CheckTrap(traps, {"call", "1"}, "indirect call type mismatch");
}

TEST_CASE("endless recursion is a trap under any stack limit of the shell") {
  ProgramOn traps = Traps();
  traps.Expect({"set", "11"}, "");
  CheckTrap(traps, {"forever"}, "call stack exhausted");
  for (uint64_t stack_bytes : {uint64_t{1} << 18, uint64_t{1} << 33}) {
    Command line = traps.Line({"forever"});
    line.stack_bytes_max = stack_bytes;
    RequireRefusal(Run(line), 134, {"call stack exhausted"});
    line = traps.Line({"deep", "100000"});
    line.stack_bytes_max = stack_bytes;
    REQUIRE(Run(line).out == "-1938155040\n");
  }
  traps.Expect({"get"}, "11\n11\n");
}

TEST_CASE("a trap takes back memory growth and dropped segments") {
  ProgramOn memories(BuildProgram(Module("memories.wat")));
  memories.Expect({"grow", "1"}, "1\n");
  memories.Expect({"store", "65536", "5"}, "");
  memories.Refused(134, {"grow_and_trap", "2"}, {"unreachable"});
  memories.Expect({"sizes"}, "2\n2\n");
  memories.Expect({"load", "65536"}, "5\n");
  memories.Expect({"load_b", "0"}, "0\n");
  memories.Refused(134, {"drop_second_and_trap"}, {"unreachable"});
  memories.Expect({"init_second", "0", "0", "8"}, "");
  memories.Expect({"load", "0"}, "7523094288207667809\n");  // "abcdefgh"
}

TEST_CASE("a trap takes back changed tables") {
  ProgramOn tables(BuildProgram(Module("tables.wat")));
  tables.Refused(134, {"change_and_trap"}, {"unreachable"});
  tables.Expect({"sizes"}, "6\n3\n2\n");
  tables.Expect({"call", "0", "10"}, "11\n");
  tables.Expect({"init", "0", "0", "3"}, "");
}

TEST_CASE("a start function that traps leaves no state behind") {
  ProgramOn program(BuildProgram(Module("start_traps.wat")));
  for (int i = 0; i < 2; ++i) {
    Finished finished = program.Run({"tries"});
    CAPTURE(finished.Text());
    REQUIRE((finished.status == 125 || finished.status == 134));
    REQUIRE(finished.out.empty());
    REQUIRE(Lines(finished.err).size() == 1);
    RequireContains(finished.err, "unreachable");
  }
}

TEST_CASE("an uncaught wasm exception is a trap") {
  ProgramOn exceptions(BuildProgram(Module("exceptions.wat")));
  exceptions.Expect({"caught", "3", "5"}, "5\n");
  exceptions.Refused(134, {"uncaught", "6"}, {"exception"});
  exceptions.Refused(134, {"trap_in_try"}, {"unreachable"});
  exceptions.Expect({"seen"}, "1\n5\n");
}

}  // namespace perdure::test
