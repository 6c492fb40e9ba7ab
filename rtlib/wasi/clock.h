// The guest's clocks, for clock_* and poll_oneoff.
#pragma once

#include <cstdint>

#include "rtlib/wasi/host_table.h"

namespace perdure::wasi {

// The guest's monotonic clock now, in nanoseconds: never less than what it has shown before, in
// this process or in an earlier one. Keeps the record's floor above what it returns.
uint64_t MonotonicNow(HostTable* table);

uint64_t RealtimeNow();

// CLOCK_MONOTONIC of this process, as BlockUntil takes its deadlines.
uint64_t SystemMonotonicNow();

}  // namespace perdure::wasi
