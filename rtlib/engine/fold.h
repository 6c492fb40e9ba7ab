// Folding: moving the base forward over old events, without the live instance.
//
//   base(b) + events b+1 .. n   ═══   base(t) + events t+1 .. n        for any b <= t <= n
//
// A fold replays the events b+1 .. t onto base rows in the store: it reads the chunks their deltas
// touch, changes them, writes them back, rewrites sections and mirrors, moves the header's base to
// t and deletes the events, all in one transaction. The live instance and its committed image play
// no part: they are at event n, and the base is wanted at t, the far end of the history window.
//
// Bounded: a target far away is reached in batches, each a transaction of its own, cut when its
// events reach kFoldBatchEvents or its chunks kFoldBatchChunks. So a fold needs a bounded amount of
// memory (but for a single event that changed more), and a crash between batches loses only work to
// come.
//
// When: a fold costs a read, a decode, an encode and a write for every distinct chunk its events
// touched, and one flush; events touch mostly the same chunks, so a fold of many events costs
// little more than one of few (measured on recorded programs, amortised per event: 154 us when
// folding each 100 events, 36 us each 1000). The price of waiting is kept rows and their replay on
// opening (2.5 to 22 us each). kFoldSlackEvents sits where waiting longer stopped paying;
// kFoldSlackBytes bounds the rows of programs with large events, whose folds are expensive anyway.
// When closing, a process that made one call must not pay for a fold each time, so there is a small
// slack as well.
#pragma once

#include <cstdint>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/store.h"

namespace perdure {

inline constexpr uint64_t kFoldSlackEvents = 1000;
inline constexpr uint64_t kFoldSlackBytes = uint64_t{64} << 20;
inline constexpr uint64_t kFoldSlackEventsClosing = 32;
inline constexpr uint64_t kFoldBatchEvents = 4096;
inline constexpr uint64_t kFoldBatchChunks = 4096;

// Whether the events behind the history window are worth folding now.
bool ShouldFold(const StateHeader& header, uint64_t newest_seq, uint64_t history_events,
                uint64_t delta_bytes_since_fold, bool closing);

// The event to fold to. REQUIRES: ShouldFold().
inline uint64_t FoldTarget(uint64_t newest_seq, uint64_t history_events) {
  return newest_seq - history_events;
}

// Folds to `target`. Each batch puts *header with the new base, sealed at `newest`, and sets
// *header when it has committed; *batches counts them. On failure the open transaction is aborted
// and *header is that of the last batch that committed. kCorrupt if what is read back does not
// verify. REQUIRES: no open transaction; header->base_seq <= target <= newest.seq.
Status Fold(const perdure_program& program, uint64_t target, LogPosition newest, Store* store,
            StateHeader* header, uint64_t* batches);

}  // namespace perdure
