// A program with one of everything that is state, its "generated code" written by hand: what the
// engine is tested on without a compiler.
#pragma once

#include <cstdint>

#include "perdure/program.h"

namespace perdure::test {

struct SampleInstance {
  perdure_host* host;
  uint32_t i32;
  uint64_t i64;
  float f32;
  double f64;
  uint8_t v128[16];
  wasm_rt_funcref_t funcref;
  wasm_rt_externref_t externref;
  wasm_rt_memory_t memory;              // 2 to 40 pages
  wasm_rt_memory_t second;              // 0 to 4 pages
  wasm_rt_funcref_table_t table;        // 4 to 64 elements
  wasm_rt_funcref_table_t fixed_table;  // 1 element, immutable
  wasm_rt_externref_table_t externs;    // 1 to 8 elements
  bool data_dropped : 1;
  bool elem_dropped : 1;
};

// What host_data points to in these tests: what the program shall do, and where it lives.
struct SampleConfig {
  enum class Start { kReturns, kTraps, kExits } start = Start::kReturns;
  enum class Initialize { kReturns, kTraps } initialize = Initialize::kReturns;
  void (*reenter)(void* argument) = nullptr;  // called by "double", a host function
  void* reenter_argument = nullptr;
  uint32_t dice = 0;               // what "dice" throws next, whatever the state
  SampleInstance* live = nullptr;  // set by instantiate
};

// Functions: 0 imported "env.double", 1 "triple", then the exports below. Exports, by name:
//   nop() ; poke(i32 address, i64) ; peek(i32) -> i64 ; poke_second(i32, i64) ; fill(i32, i32
//   length, i32) ; scatter(i64 seed, i32 count) ; grow(i32 pages) -> i32 ; grow_second(i32) -> i32
//   ; set_i32(i32) set_i64(i64) set_f32(f32) set_f64(f64) set_v128(v128) set_funcref(funcref)
//   set_externref(externref) ; table_set(i32, funcref) ; table_grow(i32, funcref) -> i32 ;
//   table_extern(i32, externref) ; call_indirect(i32 element, i32) -> i32 ; drop_data() ;
//   drop_elem() ; say(i32 fd, i32 count) ; host_table(i32) ; all() -> (i32, i64, f32, f64, v128,
//   funcref) ; change_all_then_trap() ; grow_then_trap() ; say_then_exit(i32) ; exit(i32) ;
//   recurse() ; dice() -> i32, no function of the state ; memory
extern const perdure_program kSampleProgram;

}  // namespace perdure::test
