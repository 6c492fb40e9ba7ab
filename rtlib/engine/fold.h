// Folding: moving the images that a store keeps forward over the log, in small steps that nobody
// waits for.
//
//   past(h) ....... events h+1 .. b ....... base(b) ....... events b+1 .. n ....... the instance
//   |<----------- the history window -------------------------------------------------------->|
//
// Two images stand beside the log. The base is kept near the newest event, so that opening a state
// replays little. The past is the far end of the history: with the events behind it, it gives every
// state of the window. Only what differs from the base is stored of it. Each moves forward by the
// same pass:
//
//   RESTING --due--> GATHERING --> MOVING --> FINISHING --> RESTING
//                    reads events   one chunk   sections, position (and for the past: PRUNING,
//                    into an        at a time   an event at a time)
//                    overlay
//
// Why chunks can move one by one, with the image in the middle: an overlay put on a chunk gives the
// same whether the chunk has moved or not (chunk_overlay.h), so an image of which some chunks are
// as of `folding_seq` already gives the same states from folding_seq on. Everything that is not
// memory moves at once in FINISHING, together with the image's position. So each piece of work can
// be a transaction of its own, or part of any other one.
//
// It is part of another one as a rule: pieces are done after an event was answered, in a
// transaction that stays open, and the next event's row joins them: one flush for both. So a fold
// costs an event the writing of a few pages and never a flush. (A transaction of its own, without a
// flush, would break what wal_inspection.cc relies on to tell a torn log from a damaged one: that
// the log is synced between a commit and the next transaction's first byte.) Only where nothing
// comes for a while are pieces committed by themselves.
//
// Invariants
//  (F1) state(s) for any s >= folding_seq is image + events behind its seq, at any time, in what is
//       committed.
//  (F2) past(c) is base(c) XOR the past's row of chunk c if it has one, else base(c). A chunk of
//       the base and the past's row of it change in one piece (unless no history is kept).
//  (F3) The header's counts and digests follow every row in the same transaction.
//  (F4) A piece costs a bounded number of units; a unit is about 10 us. A delta, of any length, is
//       read, applied and removed in steps (event_replay.h). (But globals, tables, the host's
//       state and a stack at once, and whatever else a row has.)
//
// When: a pass costs a read, a decode, an encode and a write for every distinct chunk its events
// touched, and events touch mostly the same chunks, so folding many events costs little more than
// folding few: a Lua with a heap of 8,800 chunks has touched nearly all of them after 1,400 events.
// The price of waiting is rows in the file, and their replay when a state is opened that was not
// closed (10 to 30 us each). The slack is where waiting longer stopped paying, less when there is
// time.
//
// Rejected: one image at the far end of the history (each opening replays the whole window); one at
// the newest event and differences that go backwards (deltas would have to hold old values too);
// folding event by event (no gain from chunks touched again and again, an order of magnitude more
// written).
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <optional>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/engine/chunk_overlay.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/event_replay.h"
#include "rtlib/engine/image_rows.h"
#include "rtlib/engine/store.h"

namespace perdure {

// Rows of events behind an image until it is worth a pass.
inline constexpr uint64_t kFoldSlackEvents = 2500;
inline constexpr uint64_t kFoldSlackEventsIdle = 250;
// A process that made one call must not pay for a fold each time.
inline constexpr uint64_t kFoldSlackEventsClosing = 32;
// Or the weight of what they changed: bytes of deltas, which is room in the file, and so many for
// each chunk, for replaying it takes about 0.3 us: a weight of 8 MiB is some 80 ms of replay.
inline constexpr uint64_t kFoldChunkWeight = 32;
// And the text of a series' row, which costs less to read than to keep.
inline constexpr uint64_t kFoldTextWeight = 2;
inline uint64_t FoldWeight(const EventRecord& event, uint64_t delta_bytes) {
  return delta_bytes + event.chunks * kFoldChunkWeight + event.earlier.size() * kFoldTextWeight;
}
inline uint64_t FoldWeight(const EventRecord& event) {
  return FoldWeight(event, event.delta.size());
}
inline constexpr uint64_t kFoldSlackWeight = uint64_t{8} << 20;
inline constexpr uint64_t kFoldSlackWeightIdle = uint64_t{512} << 10;
inline constexpr uint64_t kFoldSlackWeightClosing = uint64_t{16} << 10;
// What a pass may gather: of events, and of memory for the overlay (but for a single event that
// changed more).
inline constexpr uint64_t kFoldPassEvents = 4096;
inline constexpr uint64_t kFoldPassBytes = uint64_t{16} << 20;

constexpr uint64_t FoldSlackEvents(Store::Moment moment) {
  return moment == Store::Moment::kBusy   ? kFoldSlackEvents
         : moment == Store::Moment::kIdle ? kFoldSlackEventsIdle
                                          : kFoldSlackEventsClosing;
}

constexpr uint64_t FoldSlackWeight(Store::Moment moment) {
  return moment == Store::Moment::kBusy   ? kFoldSlackWeight
         : moment == Store::Moment::kIdle ? kFoldSlackWeightIdle
                                          : kFoldSlackWeightClosing;
}

class Folder {
 public:
  // `history_events`: Options::history_events.
  Folder(const perdure_program& program, Store* store, uint64_t history_events);

  // A state was opened: behind its base are so many rows, together of this weight.
  void Opened(const StateHeader& header, uint64_t rows, uint64_t weight);
  // A row was appended.
  void RowAdded(uint64_t weight) {
    ++base_rows_;
    base_weight_ += weight;
  }

  // Whether there is something to do: a pass under way, or one that is due.
  bool IsDue(const StateHeader& header, uint64_t newest_seq, Store::Moment moment) const;
  // How far the images are behind, in slacks: at 1 a pass becomes due, and while it is under way
  // the next one gathers.
  double Backlog(const StateHeader& header, uint64_t newest_seq) const;
  // Whether the next piece needs a transaction.
  bool NextWrites() const { return phase_ != Phase::kResting && phase_ != Phase::kGathering; }

  // Does the next piece of work and returns what it cost, in units. *header follows; whoever
  // commits the transaction puts it. kCorrupt if what is read back does not verify. REQUIRES:
  // IsDue(); an open transaction if NextWrites(); only committed events, or those of that
  // transaction, up to newest_seq.
  Result<uint64_t> Piece(StateHeader* header, uint64_t newest_seq, Store::Moment moment);

  // The open transaction, and all pieces in it, came to nothing: begins again from `header`.
  void Restart(const StateHeader& header, uint64_t newest_seq);

  uint64_t passes() const { return passes_; }

 private:
  enum class Phase : uint8_t { kResting, kGathering, kMoving, kFinishing, kPruning };

  bool BaseIsDue(const StateHeader& header, uint64_t newest_seq, Store::Moment moment) const;
  bool PastIsDue(const StateHeader& header, uint64_t newest_seq, Store::Moment moment) const;
  uint64_t PastTarget(const StateHeader& header, uint64_t newest_seq) const;
  uint64_t PastRowsBehind(const StateHeader& header, uint64_t newest_seq) const;
  bool KeepsPast(const StateHeader& header) const;

  Result<uint64_t> Choose(const StateHeader& header, uint64_t newest_seq, Store::Moment moment);
  Status Begin(Image image, const StateHeader& header, uint64_t target);
  Result<uint64_t> Gather();
  void Gathered();
  Result<uint64_t> Prune();
  uint64_t PruneCost() const;
  Result<uint64_t> Move(StateHeader* header);
  Result<std::optional<uint64_t>> NextTarget();
  Result<std::optional<uint64_t>> NextLost(uint64_t from);
  Status MoveBase(uint64_t id, StateHeader* header);
  Status MovePast(uint64_t id, StateHeader* header);
  Status FinishBase(StateHeader* header);
  Status FinishPast(StateHeader* header);

  const perdure_program& program_;
  Store& store_;
  const uint64_t history_events_;

  Phase phase_ = Phase::kResting;
  Image image_ = Image::kBase;
  uint64_t target_ = 0;
  EventReplay replay_;
  LogPosition position_;  // gathered so far
  ChunkOverlay overlay_;
  SmallState small_;      // as of position_
  ChunkMap base_chunks_;  // the base's rows as they will be; of those not gathered, as they are
  uint64_t old_sections_ = 0;  // sum of the hashes of the image's sections as they are stored
  uint64_t cursor_ = 0;        // chunks below have moved
  uint64_t gathered_events_ = 0, gathered_bytes_ = 0, gathered_weight_ = 0;

  uint64_t base_rows_ = 0, base_weight_ = 0;  // behind the base
  // Between past and base: at most so many, and of this weight as far as this process saw them.
  uint64_t past_rows_ = 0, past_weight_ = 0;
  // The row that the past would move over next ends with this event: before it is out of the window
  // there is nothing to do. 0: not known to be in the way.
  uint64_t past_row_end_ = 0;
  bool prune_ = true;    // there may be events before the past
  uint64_t oldest_ = 0;  // event, when it is about to be pruned
  uint64_t prune_cost_ = 1;
  uint64_t passes_ = 0;
};

}  // namespace perdure
