#include "rtlib/abi/blocking.h"

#include <time.h>

#include <algorithm>
#include <cerrno>

namespace perdure::abi {
namespace {

constexpr int64_t kNsPerSecond = 1'000'000'000;

int64_t MonotonicNow() {
  timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return now.tv_sec * kNsPerSecond + now.tv_nsec;
}

}  // namespace

Wait BlockUntil(perdure_host* /*host*/, std::span<pollfd> fds, int64_t deadline_ns) {
  while (true) {
    timespec left = {};
    if (deadline_ns != kNoDeadline) {
      const int64_t left_ns = std::max<int64_t>(deadline_ns - MonotonicNow(), 0);
      left = {.tv_sec = left_ns / kNsPerSecond, .tv_nsec = left_ns % kNsPerSecond};
    }
    const int ready =
        ppoll(fds.data(), fds.size(), deadline_ns == kNoDeadline ? nullptr : &left, nullptr);
    if (ready > 0) return Wait::kReady;
    if (ready == 0) return Wait::kTimedOut;
    // An error other than an interruption shows in the operation that follows.
    if (errno != EINTR) return Wait::kReady;
  }
}

Wait OfferCommit(perdure_host* /*host*/) { return Wait::kReady; }

// No run, nothing to capture.
Wait RequireCommit(perdure_host* host) { return OfferCommit(host); }

}  // namespace perdure::abi
