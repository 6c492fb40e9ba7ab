// A request that the running run stops at its next commit point, as a signal handler makes it.
//
// No race between looking and waiting: the request is a flag, which a computing guest's next poll
// sees, and a descriptor that becomes readable and stays so, which everything that waits has in its
// poll set.
#pragma once

namespace perdure::abi {

// Makes the descriptor if need be. False, with errno, if the system has none.
bool PrepareStopRequests();

// `signal`: why, as reported by the run; the first one counts. Async-signal-safe, any thread.
void RequestStop(int signal);

// The signal of the request, 0 if there is none.
int StopRequested();

// Readable while a stop is requested; -1 before PrepareStopRequests().
int StopDescriptor();

// The request has been answered.
void ClearStopRequest();

}  // namespace perdure::abi
