// A program descriptor with one of everything that is state, and no code.
#pragma once

#include <cstdint>

#include "perdure/program.h"

namespace perdure::test {

struct ShapeInstance {
  uint32_t i32;
  uint64_t i64;
  float f32;
  double f64;
  uint8_t v128[16];
  wasm_rt_funcref_t funcref;
  wasm_rt_externref_t externref;
  uint32_t constant;
  wasm_rt_memory_t memories[2];
  wasm_rt_funcref_table_t functions;
  wasm_rt_funcref_table_t fixed_functions;
  wasm_rt_externref_table_t externs;
  int dropped[2];
};

// Globals 0..7 in the order above (7 is immutable); memories {1..10, 0..4 pages}; tables:
// funcref 2..8 mutable, funcref 1..1 immutable, externref 0..none; a data and an element segment;
// functions 0 (imported), 1 and 2.
extern const perdure_program kShapeProgram;

}  // namespace perdure::test
