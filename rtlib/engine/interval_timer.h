// IntervalTimer: asks a computing guest for a commit every so often.
//
// It counts the processor's time of the calling thread, not the clock's: a run that waits needs no
// commit (it made one before it began to wait) and must not be woken for nothing, and a run that
// computes or prints spends processor time. So there is nothing to switch on and off around waits,
// and no system call of a host function is interrupted while it sleeps.
//
// Rejected: a thread that sleeps, which would make every program a multi-threaded one and wakes
// idle processes; setitimer(ITIMER_REAL), for the same waking, and because it interrupts waits.
//
// Threads: for the thread that makes it; one a process.
#pragma once

#include <signal.h>
#include <time.h>

#include <cstdint>

#include "perdure/status.h"

namespace perdure {

class IntervalTimer {
 public:
  IntervalTimer() = default;
  ~IntervalTimer();
  IntervalTimer(const IntervalTimer&) = delete;
  IntervalTimer& operator=(const IntervalTimer&) = delete;

  // Sets perdure_poll_requested every `milliseconds` that this thread computes. Takes over
  // SIGVTALRM until it is destroyed.
  Status Start(uint64_t milliseconds);

 private:
  bool armed_ = false;
  int timer_ = 0;  // the kernel's number
  struct sigaction before_ = {};
};

}  // namespace perdure
