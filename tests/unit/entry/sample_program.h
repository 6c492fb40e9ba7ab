// A counter as the compiler would describe it, written by hand: for tests of what stands around a
// guest.
#pragma once

#include "perdure/program.h"

namespace perdure::test {

// Exports: set(i32), get() -> i32, increment() -> i32, divide(i32, i32) -> i32 (traps), pair() ->
// (i32, i64), half(f64) -> f64, same(funcref) -> funcref, quit(i32) (exits), say(i32) (writes so
// many "x" to fd 1), home() -> i32 (length of the guest's environment), read() -> i32 (a byte of
// standard input, -1 at its end), spin() (never returns), memory, _initialize.
extern const perdure_program kSampleProgram;

// The same, but its start function traps.
extern const perdure_program kBadStartProgram;

}  // namespace perdure::test
