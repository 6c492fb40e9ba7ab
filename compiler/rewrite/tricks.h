// The speed tricks of a build, each on its own switch.
//
// All are on. The switches exist so that what each gains can be measured and a miscompile can be
// pinned on one: the environment variable PERDURE_WITHOUT names those to
// leave out, separated by commas, or "all". They are no options of `perdure build`: no program is
// better without one. docs/internals/run-speed.md has the measurements.
#pragma once

#include <string_view>

#include "perdure/status.h"

namespace perdure {

struct Tricks {
  bool float_registers = true;   // memory_access.h
  bool constant_base = true;     // memory_access.h
  bool needed_loads = true;      // loop_rewriter.h
  bool linear_addresses = true;  // linear_addresses.h
  bool call_checks = true;       // call_check.h
};

// `without` as in PERDURE_WITHOUT. kInvalidArgument names a trick that does not exist.
Result<Tricks> TricksWithout(std::string_view without);

}  // namespace perdure
