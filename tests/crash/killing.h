// A program under fire: events are streamed to it, and it is killed at a random moment.
#pragma once

#include <cstdint>
#include <random>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace perdure::test {

// Printed with every failure; PERDURE_SEED repeats a run.
uint64_t CrashSeed();

struct Killed {
  std::vector<std::string> answers;  // acknowledged: whole lines of standard output
  int64_t sent = 0;                  // calls written
};

// Starts `program OPTIONS -`, asks `call` again and again, each time after the answer to the one
// before, and kills the process after `delay_us`.
Killed PingPongUntilKilled(const ProgramOn& program, const std::vector<std::string>& options,
                           const std::string& call, int64_t delay_us);

// The same with all of `count` calls written at once, those of `calls` in turn; `delay_us` is
// counted from the first answer. If calls trap, what is said about that is not looked at.
enum class Traps : bool { kNone, kSome };
Killed StreamUntilKilled(const ProgramOn& program, const std::vector<std::string>& options,
                         const std::vector<std::string>& calls, int64_t count, int64_t delay_us,
                         Traps traps = Traps::kNone);

}  // namespace perdure::test
