// Several modules as one program: whatever they share commits together and is there again.
#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/oracle.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

const BuildOptions& Libraries() {
  static const BuildOptions options = {
      .libraries = {Module("linked_heap.wat"), Module("linked_list.wat")}};
  return options;
}

TEST_CASE("oracle: modules that share a memory, a table, globals and a tag") {
  CheckOracle(BuildDriver(Module("linked_main.wat"), Libraries()), {"call top",
                                                                    "call load 8",
                                                                    "call load 12",
                                                                    "call load 16",
                                                                    "call push 5",
                                                                    "call apply 0 21",
                                                                    "call apply 1 3",
                                                                    "call apply 2 0",
                                                                    "call push_and_log 6",
                                                                    "call apply 3 100",
                                                                    "call change_and_trap",
                                                                    "call apply 1 1",
                                                                    "call install 4",
                                                                    "call apply 4 7",
                                                                    "call apply 5 0",
                                                                    "call apply 0 1",
                                                                    "call grow_own 1",
                                                                    "call put_push 0",
                                                                    "call apply 0 8",
                                                                    "call get 0",
                                                                    "call put 1 null",
                                                                    "call apply 1 1",
                                                                    "call put 1 func:4",
                                                                    "call grow 2",
                                                                    "call load 131068",
                                                                    "call push_and_log 9",
                                                                    "call push 10",
                                                                    "call push 11",
                                                                    "call push 12",
                                                                    "call push 13",
                                                                    "call push 14",
                                                                    "call top",
                                                                    "call forget",
                                                                    "call uninstall",
                                                                    "call install 4",
                                                                    "call apply 5 0"});
}

TEST_CASE("linked modules call each other and share what they export, process after process") {
  const ProgramOn program(BuildProgram(Module("linked_main.wat"), Libraries()));
  program.Expect({"top"}, "72\n");                 // the list's start function, after the heap's
  program.Expect({"load", "12"}, "1346454856\n");  // "HEAP", by the heap's start function
  program.Expect({"load", "16"}, "1953720684\n");  // "list", placed after it
  program.Expect({"push", "5"}, "1\n");
  program.Expect({"push", "6"}, "2\n");
  program.Expect({"load", "588"}, "6\n");  // the second node's value, through a re-export
  program.Expect({"apply", "0", "21"}, "42\n");
  program.Expect({"apply", "1", "3"}, "3\n");
  program.Expect({"apply", "1", "4"}, "7\n");  // the heap's private counter
  program.Expect({"apply", "2", "10"}, "12\n");
  program.Expect({"install", "4"}, "");
  program.Expect({"apply", "4", "7"}, "-7\n");
  program.Expect({"put_push", "0"}, "");
  program.Expect({"apply", "0", "8"}, "3\n");
  for (int length = 4; length <= 7; ++length) {
    program.Expect({"push", "1"}, std::to_string(length) + "\n");
  }
  program.Expect({"push", "1"}, "-1\n");  // the heap's exception, caught by the list
  program.Expect({"top"}, "3656\n");
  program.Refused(134, {"change_and_trap"}, {"unreachable"});
  program.Expect({"load", "4092"}, "0\n");
  program.Expect({"top"}, "3656\n");
  program.Expect({"install", "1"}, "");  // neither dropped nor installed by what trapped
  program.Refused(134, {"load", "65536"}, {"out of bounds"});
}

TEST_CASE("a host function sees the memories of the module that calls it (L6)") {
  const BuildOptions options = {.libraries = {Module("linked_talk.wat")}};
  const ProgramOn program(BuildProgram(Module("linked_talk_main.wat"), options));
  program.Expect({"both"}, "main\nlibrary\nmain\n");
  program.Expect({"through_table"}, "library\n0\n");
  program.Expect({"written"}, "5\n");  // the count of bytes, in the memory of the caller
  CheckOracle(BuildDriver(Module("linked_talk_main.wat"), options),
              {"call both", "call through_table", "call written"});
}

TEST_CASE("oracle: random events on linked modules") {
  CheckRandomOracle(BuildDriver(Module("linked_main.wat"), Libraries()), 4, 60, 12, "");
}

}  // namespace
}  // namespace perdure::test
