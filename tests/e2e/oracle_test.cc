// run(A;B) = run(A); kill -9; restart; run(B), on hand-written modules, in every tracking mode.
#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/oracle.h"

namespace perdure::test {

TEST_CASE("oracle: globals of every type") {
  CheckOracle(
      BuildDriver(Module("types.wat")),
      {"call get_all", "call set_i32 -5", "call set_f32 nan:0x200001", "call get_func",
       "call set_func func:1", "call set_f64 -nan:0x1", "call get_all",
       "call set_v128 0123456789abcdeffedcba9876543210", "call get_v128", "call set_func null",
       "call divide 7 0", "call get_func", "call divide 8 2", "call set_extern null",
       "call set_all 1 2 -0 inf ffffffffffffffffffffffffffffffff", "call get_all"});
}

TEST_CASE("oracle: several memories with growth and dropped data") {
  CheckOracle(BuildDriver(Module("memories.wat")), {"call store 0 1",
                                                    "call store_b 131064 2",
                                                    "call grow 3",
                                                    "call store 262136 3",
                                                    "call fill 100 255 9000",
                                                    "call copy_across 4090 98 9000",
                                                    "call init_first 65530 0 10",
                                                    "call grow_and_trap 2",
                                                    "call drop_first",
                                                    "call init_first 0 0 1",
                                                    "call init_first 0 0 0",
                                                    "call drop_second_and_trap",
                                                    "call init_second 5 2 3",
                                                    "call grow 36",
                                                    "call grow 1",
                                                    "call grow_b 2",
                                                    "call load_b 200000",
                                                    "call store_b 262136 -1",
                                                    "call fill 0 0 2621440",
                                                    "call sizes",
                                                    "call load 8"});
}

TEST_CASE("oracle: tables that are set and grown and filled and copied") {
  CheckOracle(BuildDriver(Module("tables.wat")), {"call call 0 10",
                                                  "call call 2 10",
                                                  "call set_hidden 2",
                                                  "call call 2 10",
                                                  "call keep 2",
                                                  "call put_kept 1",
                                                  "call call_other 1 9",
                                                  "call grow 3",
                                                  "call call 8 1",
                                                  "call fill 1 2",
                                                  "call call 1 1",
                                                  "call copy 3 0 3",
                                                  "call call 5 5",
                                                  "call copy_across 0 0 2",
                                                  "call call_other 0 1",
                                                  "call init 0 0 3",
                                                  "call change_and_trap",
                                                  "call call 0 1",
                                                  "call drop",
                                                  "call init 0 0 1",
                                                  "call init 0 0 0",
                                                  "call clear 0 2",
                                                  "call call 0 1",
                                                  "call set 0 func:1",
                                                  "call set 1 func:4",
                                                  "call call 0 1",
                                                  "call call 1 1",
                                                  "call get 0",
                                                  "call grow_externs 5",
                                                  "call grow 100",
                                                  "call grow 11",
                                                  "call call 19 1",
                                                  "call sizes"});
}

TEST_CASE("oracle: exceptions") {
  CheckOracle(BuildDriver(Module("exceptions.wat")),
              {"call caught 0 5", "call seen", "call uncaught 6", "call seen", "call caught 200 7",
               "call rethrown 8", "call trap_in_try", "call seen"});
}

TEST_CASE("oracle: vectors") {
  CheckOracle(BuildDriver(Module("simd.wat")),
              {"call add 00000004000000030000000200000001", "call lanes", "call splat 1.5",
               "call add ffffffffffffffffffffffffffffffff", "call lanes", "call splat nan:0x1"});
}

TEST_CASE("oracle: tail calls") {
  CheckOracle(BuildDriver(Module("tail_calls.wat")),
              {"call is_even 10", "call steps", "call is_even 1000001", "call steps"});
}

TEST_CASE("oracle: a memory with 64-bit addresses") {
  CheckOracle(BuildDriver(Module("memory64.wat")),
              {"call store 8 1", "call grow 2", "call store 131064 5", "call load 131064",
               "call fill 60000 7 10000", "call store 4294967296 1", "call store -8 1",
               "call load 65536", "call grow 100", "call grow 97", "call store 6553592 1"});
}

TEST_CASE("oracle: the start event runs once") {
  CheckOracle(BuildDriver(Module("start.wat")),
              {"call order", "call bump", "call pages", "call bump", "call order"});
}

TEST_CASE("oracle: traps of every kind") {
  CheckOracle(
      BuildDriver(Module("traps.wat")),
      {"call set 1", "call unreachable", "call get", "call divide_by_zero", "call overflow",
       "call conversion nan", "call memory_bounds -1", "call store_bounds 0", "call call 1",
       "call get", "call forever", "call get", "call set 2", "call deep 50000", "call get"});
}

TEST_CASE("oracle: effects and writes of a host library") {
  CheckOracle(BuildDriver(Module("output.wat"), {.host_source = Module("host.c")}),
              {"call hello", "call fill 4090 3 20", "call hello_and_refuse", "call fill 131070 1 9",
               "call hello", "call say_beyond", "call byte 4100"});
}

TEST_CASE("oracle: imported functions in tables") {
  CheckOracle(
      BuildDriver(Module("imported_elements.wat"), {.host_source = Module("imported_elements.c")}),
      {"call call 0 7", "call call 1 7", "call say 2", "call init 3 0 3", "call call 5 9",
       "call say 4", "call get 5", "call init_and_trap", "call call 0 7", "call put_kept 6",
       "call call 6 2", "call put_import 7", "call say 7", "call drop", "call init 0 0 1",
       "call call 5 9", "call call 3 1"});
}

TEST_CASE("oracle: many chunks at once") {
  CheckOracle(BuildDriver(Module("scatter.wat")),
              {"call step", "call check", "call step", "call step", "call check"});
}

TEST_CASE("oracle: across folds of a short history") {
  std::vector<std::string> events;
  for (int i = 0; i < 120; ++i) {
    events.push_back("call store " + std::to_string(i * 520) + " " + std::to_string(i));
  }
  for (int i = 0; i < 40; ++i) {
    events.push_back("call store_b " + std::to_string(i * 4000 % 120000) + " -" +
                     std::to_string(i));
  }
  events.insert(events.end(),
                {"call drop_first", "call grow 1", "call sizes", "call init_first 0 0 1"});
  CheckOracle(BuildDriver(Module("memories.wat")), events,
              {.driver_arguments = {"history:3"}, .track_modes = {"mprotect"}});
}

TEST_CASE("oracle: groups of events") {
  std::vector<std::string> events;
  for (int i = 0; i < 12; ++i) {
    std::string group;
    for (int k = 0; k < i % 5; ++k) group += "call store " + std::to_string(i * 4000 + k) + " 77\n";
    events.push_back(group + "call grow_and_trap 1\ncall grow_b 1\nflush");
  }
  CheckOracle(BuildDriver(Module("memories.wat")), events,
              {.driver_arguments = {"every:4"}, .track_modes = {"mprotect"}});
}

}  // namespace perdure::test
