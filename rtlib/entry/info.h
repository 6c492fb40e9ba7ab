// --perdure-info and --perdure-stats.
#pragma once

#include <optional>

#include "perdure/instance.h"
#include "perdure/program.h"
#include "rtlib/entry/default_state.h"
#include "rtlib/entry/report.h"

namespace perdure {

// Where the state is and what it holds; `info` is missing while there is no state.
Report InfoReport(const perdure_program& program, const StatePath& state,
                  const std::optional<Info>& info);

// Counters of this process.
Report StatsReport(const Stats& stats);

}  // namespace perdure
