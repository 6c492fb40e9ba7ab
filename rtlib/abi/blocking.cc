#include "rtlib/abi/blocking.h"

#include <time.h>

#include <algorithm>
#include <cerrno>

#include "perdure/capture.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/abi/park.h"
#include "rtlib/abi/run_control.h"
#include "rtlib/abi/stop_request.h"

namespace perdure::abi {

constinit RunControl* current_run = nullptr;

namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;
// Output that is queued until the next commit takes memory; beyond this a commit is worth its cost.
constexpr size_t kQueuedBytesMax = size_t{1} << 20;

int64_t MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

// ppoll(2), but for interruptions. A deadline in the past: looks once.
int PollUntil(std::span<pollfd> fds, int64_t deadline_ns) {
  while (true) {
    timespec left = {};
    if (deadline_ns != kNoDeadline) {
      const int64_t left_ns = std::max<int64_t>(deadline_ns - MonotonicNow(), 0);
      left = {.tv_sec = left_ns / kNsPerSecond, .tv_nsec = left_ns % kNsPerSecond};
    }
    const int ready =
        ppoll(fds.data(), fds.size(), deadline_ns == kNoDeadline ? nullptr : &left, nullptr);
    if (ready >= 0 || errno != EINTR) return ready;
  }
}

// An error of ppoll shows in the operation that follows.
Wait WaitOf(int ready) { return ready == 0 ? Wait::kTimedOut : Wait::kReady; }

// True: the guest unwinds.
bool Park(RunControl* run, ParkReason reason) {
  run->reason = reason;
  return ParkGuest() == ParkReply::kUnwind;
}

// The stop descriptor may become readable before any of `fds`; then the guest is parked for good.
Wait WaitOrStop(RunControl* run, std::span<pollfd> fds, int64_t deadline_ns) {
  std::vector<pollfd>& set = run->poll_set;
  set.assign(fds.begin(), fds.end());
  set.push_back({StopDescriptor(), POLLIN, 0});
  const int ready = PollUntil(set, deadline_ns);
  if (ready > 0 && set.back().revents != 0) {
    while (true) Park(run, ParkReason::kStopped);
  }
  std::copy_n(set.begin(), fds.size(), fds.begin());
  return WaitOf(ready);
}

}  // namespace

Wait BlockUntil(perdure_host* host, std::span<pollfd> fds, int64_t deadline_ns) {
  RunControl* run = host->run;
  if (run == nullptr) return WaitOf(PollUntil(fds, deadline_ns));
  // A commit that is due is made even if nothing has to be waited for.
  if (perdure_poll_requested == 0) {
    const int ready = PollUntil(fds, 0);
    if (ready != 0 || (deadline_ns != kNoDeadline && deadline_ns <= MonotonicNow())) {
      return WaitOf(ready);
    }
  }
  if (run->capturable && Park(run, ParkReason::kBlocked)) return Wait::kUnwind;
  return WaitOrStop(run, fds, deadline_ns);
}

Wait OfferCommit(perdure_host* host) {
  RunControl* run = host->run;
  if (run == nullptr || !run->capturable) return Wait::kReady;
  if (perdure_poll_requested == 0 && host->queued_bytes < kQueuedBytesMax) return Wait::kReady;
  return Park(run, ParkReason::kOffered) ? Wait::kUnwind : Wait::kReady;
}

Wait RequireCommit(perdure_host* host) {
  if (host->run != nullptr) perdure_poll_requested = 1;
  return OfferCommit(host);
}

}  // namespace perdure::abi

void perdure_poll(void* /*instance*/) {
  perdure::abi::RunControl* run = perdure::abi::current_run;
  if (run == nullptr || !run->capturable) {
    perdure_poll_requested = 0;
    return;
  }
  perdure::abi::Park(run, perdure::abi::ParkReason::kPolled);
}
