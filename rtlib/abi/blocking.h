// Blocking: how a host function waits for the outside.
//
// A host function that may wait calls BlockUntil() before it has had any effect. If nothing is
// ready, the engine may take the chance to commit the state with the whole call stack:
//
//   BlockUntil ── ready ─────────────────────────────────────────────► kReady
//       │ not ready
//       ├── no run to capture (a reactor's call): waits ─────────────► kReady, kTimedOut
//       └── a run: kUnwind, the caller returns at once with any value; its frames are captured and
//           committed; then this very call returns once more, as if for the first time:
//           waits ───────────────────────────────────────────────────► kReady, kTimedOut
//
// "Once more" needs no care from the caller: the whole stack, its own frame included, is put back
// as it was at the call. Only what it changed elsewhere between the two returns would be seen
// twice, so it returns at once and nothing with a destructor is alive in it. After a restart the
// guest issues the host call again from its beginning.
//
// Threads: on the thread that runs the event.
#pragma once

#include <poll.h>

#include <cstdint>
#include <span>

#include "perdure/host.h"

namespace perdure::abi {

enum class Wait : uint8_t {
  kReady,     // at least one descriptor; see revents
  kTimedOut,  // the deadline has passed
  kUnwind,    // return at once
};

inline constexpr int64_t kNoDeadline = -1;

// Waits until one of `fds` is ready (as poll(2); may be empty) or CLOCK_MONOTONIC reaches
// deadline_ns. Signals that stop the run end it here and do not return.
Wait BlockUntil(perdure_host* host, std::span<pollfd> fds, int64_t deadline_ns);

// A point where the run may be committed though nothing blocks (much output is queued). kReady: go
// on.
Wait OfferCommit(perdure_host* host);

// A commit of the run before anything else happens, if its stack can be captured: what comes next
// tells somebody of the present state, or depends on its being durable. kReady: go on.
Wait RequireCommit(perdure_host* host);

}  // namespace perdure::abi
