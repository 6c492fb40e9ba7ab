#include "rtlib/abi/stop_request.h"

#include <sys/eventfd.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <cstdint>

#include "perdure/capture.h"

namespace perdure::abi {
namespace {

constinit std::atomic<int> requested{0};
constinit std::atomic<int> descriptor{-1};
static_assert(std::atomic<int>::is_always_lock_free, "used by a signal handler");

}  // namespace

bool PrepareStopRequests() {
  if (descriptor.load() >= 0) return true;
  const int made = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
  if (made < 0) return false;
  descriptor.store(made);
  // A request that came before there was a descriptor to write to.
  if (requested.load() != 0) RequestStop(requested.load());
  return true;
}

void RequestStop(int signal) {
  const int saved_errno = errno;
  int none = 0;
  requested.compare_exchange_strong(none, signal);
  perdure_poll_requested = 1;
  const uint64_t one = 1;
  const int fd = descriptor.load();
  if (fd >= 0) static_cast<void>(!write(fd, &one, sizeof(one)));
  errno = saved_errno;
}

int StopRequested() { return requested.load(); }
int StopDescriptor() { return descriptor.load(); }

void ClearStopRequest() {
  uint64_t count;
  static_cast<void>(!read(descriptor.load(), &count, sizeof(count)));
  requested.store(0);
  perdure_poll_requested = 0;
}

}  // namespace perdure::abi
