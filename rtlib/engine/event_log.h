// Positions in the log, and the check that every reader of events makes.
#pragma once

#include <cstdint>

#include "perdure/status.h"
#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/record_hash.h"
#include "rtlib/engine/store.h"

namespace perdure {

// An event and its chain hash; {base_seq, base_hash} stands for the base.
struct LogPosition {
  uint64_t seq = 0;
  uint64_t hash = 0;
};

// Moves *position to the end of the row `event`, whose delta may be elsewhere, if it is the next
// link of the chain, else kCorrupt.
inline Status Follow(const EventRecord& event, TextHash delta, LogPosition* position) {
  if (event.seq <= event.earlier_count || event.seq - event.earlier_count != position->seq + 1) {
    return Status(StatusCode::kCorrupt,
                  StrCat("event ", position->seq + 1, " is missing from the log"));
  }
  if (EventHash(event, delta, position->hash) != event.hash) {
    return Status(StatusCode::kCorrupt, StrCat("event ", event.seq, " does not match its hash"));
  }
  *position = {event.seq, event.hash};
  return OkStatus();
}
inline Status Follow(const EventRecord& event, LogPosition* position) {
  return Follow(event, {event.delta.size(), Hash64(event.delta)}, position);
}

}  // namespace perdure
