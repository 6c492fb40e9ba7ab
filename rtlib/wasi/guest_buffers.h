// GuestBuffers: the buffers of a scattered read or write, as the system takes them.
#pragma once

#include <sys/uio.h>

#include <cstdint>

#include "perdure/host.h"
#include "rtlib/wasi/errno.h"

namespace perdure::wasi {

// One call moves at most this much, and from or to at most so many buffers, and then reports a
// short count, as the system's own calls may: the lengths are the guest's word, and many iovecs may
// name the same bytes.
inline constexpr uint64_t kTransferBytesMax = uint64_t{16} << 20;
inline constexpr uint32_t kTransferBuffersMax = 1024;

// Plain memory, no destructor. The views in it are good until the host function returns, or waits:
// what is written through them after that would escape write tracking.
struct GuestBuffers {
  iovec parts[kTransferBuffersMax];
  int count;  // none of them empty
  uint64_t bytes;
};

// kFault unless the array and every buffer that is used are in memory. `access` as perdure_view().
Errno GatherBuffers(perdure_host* host, uint32_t iovs, uint32_t iovs_len, int access,
                    GuestBuffers* buffers);

}  // namespace perdure::wasi
