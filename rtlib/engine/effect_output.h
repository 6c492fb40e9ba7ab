// Lets effects out of the process.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "perdure/instance.h"
#include "rtlib/abi/host_context.h"

namespace perdure {

// Of a sequence of effects, the next `count` are those of the event `seq`.
struct EffectsOfEvent {
  uint64_t seq;
  size_t count;
};

// Writes each effect whole to its descriptor, in order, waiting where the descriptor is
// non-blocking. Their commit is already durable, so a descriptor that takes no more (closed, its
// reader gone, disk full) cannot undo it: what is left for that descriptor is dropped, as the log
// still has it. False: one of them is a pipe whose reader has gone.
bool ReleaseEffects(const std::vector<perdure_effect>& effects);

// Gives them to `sink`. The counts of `of_events` add up to the number of effects.
void ReleaseEffectsTo(EffectSink* sink, const std::vector<perdure_effect>& effects,
                      const std::vector<EffectsOfEvent>& of_events);

}  // namespace perdure
