// Hashes that bind what a store keeps together.
//
// The log is a chain: the hash of an event covers all its fields and is seeded with the hash of the
// event before it; the first is seeded with the header's base_hash. So an event cannot be changed,
// dropped from the middle, or moved without the chain breaking at it. A lost tail breaks nothing,
// and is found by the header's sealed_seq and sealed_hash instead, as far back as the last seal.
//
// Threads: pure functions.
#pragma once

#include <cstdint>

#include "rtlib/engine/store.h"

namespace perdure {

// `event.hash` itself is ignored.
uint64_t EventHash(const EventRecord& event, uint64_t previous_hash);

// Of a long text, all that goes into the hash of what it is part of.
struct TextHash {
  uint64_t bytes = 0;
  uint64_t hash = 0;  // Hash64
};
// The same, of an event whose delta is elsewhere.
uint64_t EventHash(const EventRecord& event, TextHash delta, uint64_t previous_hash);

// `header.hash` itself is ignored.
uint64_t HeaderHash(const StateHeader& header);

}  // namespace perdure
