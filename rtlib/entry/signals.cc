#include "rtlib/entry/signals.h"

#include <poll.h>
#include <signal.h>

#include <cerrno>

#include "perdure/instance.h"

namespace perdure {
namespace {

constexpr int kStopSignals[] = {SIGINT, SIGTERM, SIGHUP};

volatile sig_atomic_t stop_signal = 0;

void RememberSignal(int signal) {
  if (stop_signal == 0) stop_signal = signal;
}

sigset_t StopSet() {
  sigset_t set;
  sigemptyset(&set);
  for (int signal : kStopSignals) sigaddset(&set, signal);
  return set;
}

void Catch(void (*handler)(int)) {
  for (int signal : kStopSignals) {
    struct sigaction action = {};
    sigaction(signal, nullptr, &action);
    if (action.sa_handler == SIG_IGN) continue;
    action = {};
    action.sa_handler = handler;
    // No SA_RESTART: a blocked read or write must return. On the alternate stack if there is one:
    // the signal may arrive while the guest has used up its own.
    action.sa_flags = static_cast<int>(SA_RESETHAND) | SA_ONSTACK;
    sigaction(signal, &action, nullptr);
  }
}

}  // namespace

void CatchStopSignals() { Catch(RememberSignal); }
void CatchStopSignalsOfRun() { Catch(Instance::RequestStop); }

int StopSignal() { return stop_signal; }

Wait WaitReadable(int fd, int timeout_ms) {
  // Blocked between the check and the wait, and let through atomically by ppoll, so that none is
  // missed.
  sigset_t stop_set = StopSet();
  sigset_t old_set;
  sigprocmask(SIG_BLOCK, &stop_set, &old_set);
  pollfd wanted = {fd, POLLIN, 0};
  timespec limit = {timeout_ms / 1000, timeout_ms % 1000 * 1000000L};
  int ready = -1;
  if (stop_signal == 0) {
    ready = ppoll(&wanted, 1, timeout_ms < 0 ? nullptr : &limit, &old_set);
  }
  sigprocmask(SIG_SETMASK, &old_set, nullptr);
  if (stop_signal != 0) return Wait::kStopped;
  // Any error other than an interruption is left for read() to report.
  if (ready < 0 && errno == EINTR) return Wait::kTimeout;
  return ready == 0 ? Wait::kTimeout : Wait::kReady;
}

}  // namespace perdure
