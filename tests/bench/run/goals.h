// What has been promised of run time, out of the figures of a whole run.
#pragma once

#include "tests/bench/report.h"

namespace perdure::bench {

// REQUIRES: all workloads have been measured, and the means are among the figures.
void AddRunGoals(Report* report);

}  // namespace perdure::bench
