// Stopping between events: SIGINT, SIGTERM and SIGHUP ask the line loop to stop; a second one of
// the same kind has its usual effect, so that a guest that never returns can still be interrupted.
#pragma once

namespace perdure {

// Installs the handlers, except for signals the process was started with ignored (nohup,
// background).
void CatchStopSignals();

// The same for a command: they ask the run to stop at its next commit point
// (Instance::RequestStop).
void CatchStopSignalsOfRun();

// The first stop signal received, 0 for none.
int StopSignal();

enum class Wait { kReady, kTimeout, kStopped };

// Waits until `fd` can be read (or is at its end), `timeout_ms` have passed (negative: no limit),
// or a stop signal has arrived, even one that came just before the call.
Wait WaitReadable(int fd, int timeout_ms);

}  // namespace perdure
