// The mechanisms behind CreateTracker, and what they share.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "rtlib/track/tracker.h"
#include "wasm-rt.h"

namespace perdure {

Result<std::unique_ptr<Tracker>> CreateWpAsyncTracker(uint8_t* base, uint64_t reserved_bytes,
                                                      MissingPages* missing);
// `keeps_hot`: pages that are written all the time stay writable, and are reported each time.
Result<std::unique_ptr<Tracker>> CreateWpSyncTracker(uint8_t* base, uint64_t reserved_bytes,
                                                     MissingPages* missing, WriteObserver observer,
                                                     bool keeps_hot);
Result<std::unique_ptr<Tracker>> CreateMprotectTracker(uint8_t* base, uint64_t reserved_bytes,
                                                       WriteObserver observer);

// The verdict of the self-test on a mode, asked for once in the process.
Status TrackModeVerdict(TrackMode mode);

// What it costs that a chunk is written and tracked, without what an event costs that writes none.
struct TrackPrices {
  uint64_t async_ns = 0;
  uint64_t sync_ns = 0;
};
// Tried once in the process, in a fraction of a millisecond. Fails if one of the two does not work.
Result<TrackPrices> MeasureTrackPrices();

// Begins as wp-async, which must work. Prices of zero are measured when they are needed.
Result<std::unique_ptr<Tracker>> CreateAdaptiveTracker(uint8_t* base, uint64_t reserved_bytes,
                                                       const TrackPrices& prices,
                                                       MissingPages* missing = nullptr);

// Begins with comparing all and becomes the best tracker after a few events.
Result<std::unique_ptr<Tracker>> CreateLateTracker(uint8_t* base, uint64_t reserved_bytes);

// Makes every kind of write there is to a memory made for the purpose and checks that a tracker of
// the mode reports it. OK, or kFailedPrecondition saying what failed.
Status SelfTest(TrackMode mode);
// The same with a given tracker of `memory`, which has 64 chunks, the first 16 written, and room to
// grow by 16 more.
Status SelfTestTracker(wasm_rt_memory_t* memory, Tracker* tracker);

// Appends [begin, end) to *ranges, merging it with the last one if they touch. Empty ranges vanish.
inline void AppendRange(std::vector<ChunkRange>* ranges, uint64_t begin, uint64_t end) {
  if (begin >= end) return;
  if (!ranges->empty() && ranges->back().end == begin) {
    ranges->back().end = end;
  } else {
    ranges->push_back({begin, end});
  }
}

}  // namespace perdure
