// Where two images of the same chunks differ, in runs of 8-byte words.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <vector>

#include "rtlib/track/tracker.h"

namespace perdure {

struct WordRun {
  uint64_t first = 0;  // from the start of the memory
  uint64_t count = 0;
};

// Appends the runs in which `now` and `then`, two images of a whole memory, differ within `chunks`,
// ascending and maximal; a run may cross chunks; and to *unchanged the chunks without a difference.
// REQUIRES: `chunks` lies behind every run already in *runs, and both images reach to its end.
void FindRuns(const uint8_t* now, const uint8_t* then, ChunkRange chunks,
              std::vector<WordRun>* runs, std::vector<uint64_t>* unchanged);

}  // namespace perdure
