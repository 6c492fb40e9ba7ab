// EventReplay: one row of the log, from the store to what it changes, in steps of about 150 us,
// however much the event changed: for a fold (fold.h), which is done between two events.
//
//   CLOSED --Open--> READING --all pieces--> verified --> APPLYING ---all of it---> CLOSED
//                    one piece of the                     as many runs of words
//                    delta a step                         a step as take as long
//
// An event of everyday size is read by Open() and done with the first step. Nothing is applied
// before all of the row is read and verified.
//
// Threads: confined to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/base/hash.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/delta_reader.h"
#include "rtlib/state/small_state.h"

namespace perdure {

class EventReplay {
 public:
  // Both outlive it.
  EventReplay(const perdure_program& program, Store* store) : program_(program), store_(*store) {}

  // Begins with the row that holds event `seq`. kCorrupt if there is none.
  Status Open(uint64_t seq);
  void Close();
  bool is_open() const { return is_open_; }

  // The event, but for its delta; valid until the next Open().
  const EventRecord& event() const { return event_; }
  // Of the delta, as far as it is read.
  uint64_t delta_bytes() const { return delta_bytes_; }

  // REQUIRES: open; *small and *memory are the same in all steps. Moves *position behind the event
  // when it is verified. Returns what that took, in bytes that could have been read meanwhile, and
  // closes at the end.
  Result<uint64_t> Step(LogPosition* position, SmallState* small, MemorySink* memory);

 private:
  void Take(std::string piece);
  Result<uint64_t> ReadPiece();
  Result<uint64_t> Apply();

  const perdure_program& program_;
  Store& store_;

  bool is_open_ = false;
  EventRecord event_;
  uint64_t unread_ = 0;              // pieces
  std::vector<std::string> pieces_;  // of the delta
  uint64_t delta_bytes_ = 0;
  std::optional<Hasher64> hasher_;  // of the delta
  std::optional<DeltaApplication> application_;
  size_t fed_ = 0;  // pieces that *application_ has got
};

}  // namespace perdure
