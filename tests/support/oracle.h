// The oracle: run(A;B) = run(A); kill -9; restart; run(B).
//
// A script of events is run twice by the state driver: in one process from beginning to end, and
// with the process killed and started anew after every event. Results, outcomes, effects and the
// whole state after each event (memories, globals, tables, dropped segments) must be the same text.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace perdure::test {

// The write-tracking modes this machine offers, best first ("wp-async", "wp-sync", "mprotect",
// "compare"). A mode the kernel does not offer is left out with a warning.
std::vector<std::string> TrackModes(const std::string& driver);

struct OracleOptions {
  std::vector<std::string> driver_arguments = {};  // "history:0", "every:3"
  std::vector<std::string> track_modes = {};       // empty: all
};

// Each of `events` is a driver command ("call set 42"). Fails the running test on a difference.
void CheckOracle(const std::string& driver, const std::vector<std::string>& events,
                 const OracleOptions& options = {});

// The same for `count` random events of `seed`. False if no event ran at all.
void CheckRandomOracle(const std::string& driver, uint64_t seed, int count, int segment,
                       const std::string& track_mode);

// Runs driver commands in one process on `state` and returns what it prints; fails the running test
// unless it ends well.
std::string Drive(const std::string& driver, const std::string& state, const std::string& commands,
                  const std::string& track_mode = {},
                  const std::vector<std::string>& arguments = {});

}  // namespace perdure::test
