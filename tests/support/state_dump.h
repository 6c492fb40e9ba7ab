// The whole state of an instance as text, read from the instance's bytes through its descriptor.
#pragma once

#include <cstdint>
#include <string>

#include "perdure/program.h"

namespace perdure::test {

// A line for each memory (size and hash), global, table (and its non-null elements) and segment
// flag.
std::string DumpState(const perdure_program& program, const void* instance);

// Function index of a funcref by its C function; PERDURE_NO_INDEX for null, 0xfffffffe for a
// stranger.
uint32_t IndexOfFunction(const perdure_program& program, const wasm_rt_funcref_t& funcref);

}  // namespace perdure::test
