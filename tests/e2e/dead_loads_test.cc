// A1 of compiler/rewrite/memory_access.h, and loop_rewriter.h: an out-of-bounds load traps, whether
// or not its value is used, with both C compilers.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <span>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

constexpr const char* kLoads[] = {"i32",
                                  "i32_8",
                                  "i64",
                                  "i64_16",
                                  "f32",
                                  "f64",
                                  "f64_sum",
                                  "f64_nan",
                                  "f64_nan_local",
                                  "f64_select",
                                  "f64_copysign",
                                  "f64_compare",
                                  "f64_both_ways",
                                  "f64_local",
                                  "f64_overwritten",
                                  "f64_overwritten_by_i32",
                                  "f64_overwritten_later",
                                  "f64_overwritten_by_fill",
                                  "f64_overwritten_by_call",
                                  "f64_in_place",
                                  "f64_global",
                                  "f64_ignored",
                                  "f64_returned",
                                  "f64_loop",
                                  "f64_loop_store",
                                  "f64_loop_last",
                                  "f64_copy_loop",
                                  "f64_scale_loop",
                                  "f64_nan_loop",
                                  "f64_filled_loop"};
constexpr const char* kSimdLoads[] = {
    "v128",          "v128_splat",         "v128_overwritten", "v128_copy_loop", "v128_scale_loop",
    "v128_nan_loop", "v128_low_half_loop", "v128_mixed_loop"};

// The first address is in bounds for every function, the others are not; 65536 is where the memory
// ends. Loops over 64 doubles leave it in the middle of their work as well.
void CheckLoads(const ProgramOn& program, std::span<const char* const> names) {
  for (const char* name : names) {
    INFO(name);
    REQUIRE(program.Run({name, "128"}).status == 0);
    program.Refused(134, {name, "65536"}, {"out of bounds"});
    program.Refused(134, {name, "-32"}, {"out of bounds"});
    if (std::string_view(name).ends_with("_loop") && name != std::string_view("f64_loop")) {
      program.Refused(134, {name, "65400"}, {"out of bounds"});
    }
  }
}

void CheckAllLoads(const std::vector<std::string>& flags) {
  CheckLoads(ProgramOn(BuildProgram(Module("dead_loads.wat"), {.flags = flags})), kLoads);
  CheckLoads(ProgramOn(BuildProgram(Module("dead_simd_loads.wat"), {.flags = flags})), kSimdLoads);
}

}  // namespace

TEST_CASE("A1: an out-of-bounds load whose value is dropped traps") { CheckAllLoads({"-O2"}); }

TEST_CASE("A1: an out-of-bounds load whose value is dropped traps at -O3") {
  CheckAllLoads({"-O3"});
}

TEST_CASE("A1: an out-of-bounds load whose value is dropped traps in a program gcc compiled") {
  if (access("/usr/bin/gcc", X_OK) != 0) PERDURE_SKIP("no gcc");
  CheckAllLoads({"-O3", "--cc=gcc"});
}

}  // namespace perdure::test
