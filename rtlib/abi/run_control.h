// RunControl: what the engine and the host functions of a run tell each other at commit points.
//
// A host function, or generated code at a loop head, parks the guest and says why; the engine looks
// at that and captures, commits and goes on, or ends the run.
//
// Threads: confined to the thread of the run.
#pragma once

#include <poll.h>

#include <cstdint>
#include <vector>

namespace perdure::abi {

enum class ParkReason : uint8_t {
  kBlocked,  // a host call found nothing ready; it waits when it goes on
  kOffered,  // a host call that need not wait
  kPolled,   // a loop head
  kStopped,  // a stop was requested while a host call waited: its commit is done
};

struct RunControl {
  // What the guest does now cannot be captured (the start function, which is not the outermost
  // frame of a run).
  bool capturable = true;
  ParkReason reason = ParkReason::kBlocked;
  // Descriptors being waited for. A member, because a wait may end without its frame returning.
  std::vector<pollfd> poll_set;
};

// The run whose generated code polls; nullptr: none. One a process.
extern RunControl* current_run;

}  // namespace perdure::abi
