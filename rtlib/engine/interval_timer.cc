#include "rtlib/engine/interval_timer.h"

#include <sys/syscall.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "perdure/capture.h"
#include "rtlib/base/text.h"

// The C library of Debian 12 has the field but not this name for it.
#ifndef sigev_notify_thread_id
#define sigev_notify_thread_id _sigev_un._tid
#endif

namespace perdure {
namespace {

constexpr int kSignal = SIGVTALRM;
constexpr uint64_t kMsPerSecond = 1000;
constexpr uint64_t kNsPerMs = 1'000'000;

void OnTimer(int) { perdure_poll_requested = 1; }

// The kernel's calls. The C library's timer_create() can start threads, and with pthread_create()
// come 85 KB of a static program, name resolution among them.
int CreateTimer(clockid_t clock, sigevent* event, int* timer) {
  return static_cast<int>(syscall(SYS_timer_create, clock, event, timer));
}
int SetTimer(int timer, const itimerspec& times) {
  return static_cast<int>(syscall(SYS_timer_settime, timer, 0, &times, nullptr));
}
int DeleteTimer(int timer) { return static_cast<int>(syscall(SYS_timer_delete, timer)); }

Status Failed(const char* call) {
  return Status(StatusCode::kIo, StrCat("the timer for --perdure-commit=interval: ", call, ": ",
                                        std::strerror(errno)));
}

}  // namespace

Status IntervalTimer::Start(uint64_t milliseconds) {
  struct sigaction action = {};
  action.sa_handler = OnTimer;
  action.sa_flags = SA_RESTART | SA_ONSTACK;
  if (sigaction(kSignal, &action, &before_) != 0) return Failed("sigaction");
  sigevent event = {};
  event.sigev_notify = SIGEV_THREAD_ID;
  event.sigev_signo = kSignal;
  event.sigev_notify_thread_id = static_cast<pid_t>(syscall(SYS_gettid));
  if (CreateTimer(CLOCK_THREAD_CPUTIME_ID, &event, &timer_) != 0) {
    const Status failed = Failed("timer_create");
    sigaction(kSignal, &before_, nullptr);
    return failed;
  }
  armed_ = true;
  const timespec interval = {.tv_sec = static_cast<time_t>(milliseconds / kMsPerSecond),
                             .tv_nsec = static_cast<long>(milliseconds % kMsPerSecond * kNsPerMs)};
  const itimerspec times = {.it_interval = interval, .it_value = interval};
  if (SetTimer(timer_, times) != 0) return Failed("timer_settime");
  return OkStatus();
}

IntervalTimer::~IntervalTimer() {
  if (!armed_) return;
  // A tick may still be pending; SIG_IGN drops it, so that what was there before gets none of ours.
  DeleteTimer(timer_);
  signal(kSignal, SIG_IGN);
  sigaction(kSignal, &before_, nullptr);
}

}  // namespace perdure
