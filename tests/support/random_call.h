// The n-th random event of a seed: the same call in whatever process it is made.
#pragma once

#include <cstdint>
#include <vector>

#include "perdure/instance.h"

namespace perdure::test {

struct RandomCall {
  uint32_t export_index = 0;
  std::vector<perdure_value> args;
};

// REQUIRES: the program exports a function.
RandomCall MakeRandomCall(const perdure_program& program, const Instance& instance, uint64_t seed,
                          uint64_t number);

}  // namespace perdure::test
