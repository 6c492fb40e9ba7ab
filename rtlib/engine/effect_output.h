// Lets effects out of the process.
#pragma once

#include <vector>

#include "rtlib/abi/host_context.h"

namespace perdure {

// Writes each effect whole to its descriptor, in order, waiting where the descriptor is
// non-blocking. Their commit is already durable, so a descriptor that takes no more (closed, its
// reader gone, disk full) cannot undo it: what is left for that descriptor is dropped, as the log
// still has it. False: one of them is a pipe whose reader has gone.
bool ReleaseEffects(const std::vector<perdure_effect>& effects);

}  // namespace perdure
