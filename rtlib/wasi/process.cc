// proc_exit, random_get, sched_yield.
#include <sys/random.h>

#include <cerrno>

#include "rtlib/abi/guest_call.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/layout.h"

using perdure::wasi::Errno;

// The event ends here and commits: leaving is an outcome of the guest's, not a failure.
void PERDURE_WASI(proc_exit)(perdure_host* /*host*/, uint32_t status) {
  perdure::abi::ExitGuest(status);
}

uint32_t PERDURE_WASI(random_get)(perdure_host* host, uint32_t buf, uint32_t buf_len) {
  auto bytes = static_cast<char*>(perdure::wasi::View(host, buf, buf_len, PERDURE_WRITE));
  if (bytes == nullptr) return static_cast<uint32_t>(Errno::kFault);
  for (size_t done = 0; done < buf_len;) {
    ssize_t count = getrandom(bytes + done, buf_len - done, 0);
    if (count > 0) {
      done += static_cast<size_t>(count);
    } else if (errno != EINTR) {
      return static_cast<uint32_t>(Errno::kIo);
    }
  }
  return static_cast<uint32_t>(Errno::kSuccess);
}

uint32_t PERDURE_WASI(sched_yield)(perdure_host* /*host*/) {
  // An instance has one thread; there is nobody to yield to.
  return static_cast<uint32_t>(Errno::kSuccess);
}
