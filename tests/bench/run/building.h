// What it takes to turn a module into a program.
#pragma once

#include <string>

#include "tests/bench/report.h"
#include "tests/bench/run/contender.h"
#include "tests/bench/run/workload.h"

namespace perdure::bench {

// Builds `workload` in every way that differs, and adds rows to the table "Building". What goes
// wrong is reported and left out.
void MeasureBuilding(const Workload& workload, const Tools& tools, Report* report);

}  // namespace perdure::bench
