// A command, its "generated code" written by hand in hot and resume form: what runs are tested on
// without a compiler. It reads a byte at a time and obeys:
//
//   a..f  recurse 1..6 deep, wait there for a byte, print the sum        direct calls
//   D     the same, 100,000 deep
//   i     wait in a function called through the table                    indirect call
//   T     wait inside a try; the callee then throws; caught              exceptions
//   C     throw, catch, wait in the catch body, rethrow; caught          a caught exception is live
//   p     compute 1000 rounds, being asked for a commit in round 500     poll
//   g     grow memory and table, drop a segment, write all over
//   w     print 2 MiB                                                    OfferCommit
//   e     hold a host object in a local value while waiting              cannot be stored
//   t     print "panic", trap
//   x     exit with status 3                                             (the end of input: return)
//   else  count it in a local value and print the count
//
// Before each wait for a byte it prints a dot to descriptor 2, and a byte is there only when a dot
// has come out: a run that would wait with its output held back hangs.
#pragma once

#include <cstdint>
#include <string>

#include "perdure/program.h"

namespace perdure::test {

struct RunInstance {
  perdure_host* host;
  uint32_t total;
  wasm_rt_memory_t memory;        // 1 to 40 pages
  wasm_rt_funcref_table_t table;  // 2 to 64 elements
  bool dropped;
};

// What host_data points to.
struct RunConfig {
  std::string input;            // bytes to come
  bool ends = false;            // no more after them; else the run is asked to stop instead
  int dots = -1;                // read end of what descriptor 2 is
  bool stop_in_start = false;   // the start function is blocked when the stop comes
  bool trap_in_start = false;   // after it has printed something
  RunInstance* live = nullptr;  // set by instantiate
};

extern const perdure_program kRunProgram;
// Built without polls.
extern const perdure_program kRunProgramNoPolls;

inline constexpr uint32_t kDeepFrames = 100'000;

}  // namespace perdure::test
