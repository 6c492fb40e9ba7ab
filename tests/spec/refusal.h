// Refusals: modules that are wrong have to be refused by what `perdure inspect` and `perdure build`
// read modules with, and say where.
#pragma once

#include <string>
#include <vector>

#include "tests/spec/script.h"

namespace perdure::spec {

// For each step, empty if its module is refused as it should be, else what happens instead. Runs
// in processes of its own: a reader that crashes has failed that step alone.
std::vector<std::string> CheckRefusals(const std::vector<const Step*>& steps);

}  // namespace perdure::spec
