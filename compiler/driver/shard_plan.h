// How a module's C is divided among the units that are compiled.
//
// wasm2c can write several files, but divides by the number of functions, so that one file may be
// ten times another. Here shards are runs of functions in index order (callers and callees are
// mostly neighbours) of about the same size, known before anything is written.
//
// A giant function is a shard of its own. What C compilers do to a function grows faster than its
// size: see kGiantBytes for what was measured. So a giant is compiled with -O1, as an interpreter
// loop still gains most of what there is to gain there.
#pragma once

#include <cstdint>
#include <vector>

#include "compiler/frontend/module.h"

namespace perdure {

struct Shard {
  uint32_t begin = 0, end = 0;  // functions
  uint64_t c_bytes = 0;         // estimated
  bool is_giant = false;
};

// Not empty; the shards of a module that is small are one.
std::vector<Shard> PlanShards(const Module& module);

// True if everything is better compiled as one unit: all can be inlined, and one compiler start is
// saved.
bool IsSmall(const Module& module);

}  // namespace perdure
