// The guest whose events are made to measure (guests/touch.wat).
#pragma once

#include "tests/bench/commit/race.h"

extern "C" const perdure_program perdure_touch_program;

namespace perdure::bench {

// `used` chunks (a power of two), spread over a memory of `memory_bytes`, are filled, some at a
// time.
std::vector<Call> FillTouch(uint64_t used, uint64_t memory_bytes);

inline Call Touch(uint64_t chunks, uint64_t bytes, int number) {
  return {"touch", {chunks, bytes, static_cast<uint64_t>(number)}};
}

}  // namespace perdure::bench
