#include "rtlib/wasi/guest_buffers.h"

#include <algorithm>

#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {

Errno GatherBuffers(perdure_host* host, uint32_t iovs, uint32_t iovs_len, int access,
                    GuestBuffers* buffers) {
  buffers->count = 0;
  buffers->bytes = 0;
  const uint64_t array_bytes = uint64_t{iovs_len} * sizeof(Iovec);
  if (View(host, iovs, array_bytes, PERDURE_READ) == nullptr) return Errno::kFault;
  for (uint32_t i = 0; i < iovs_len; ++i) {
    if (buffers->bytes == kTransferBytesMax || buffers->count == kTransferBuffersMax) break;
    Iovec from = {};
    if (!Load(host, iovs + uint64_t{i} * sizeof(Iovec), &from)) return Errno::kFault;
    const uint64_t length = std::min<uint64_t>(from.buf_len, kTransferBytesMax - buffers->bytes);
    if (length == 0) continue;
    void* view = View(host, from.buf, length, access);
    if (view == nullptr) return Errno::kFault;
    buffers->parts[buffers->count++] = {view, length};
    buffers->bytes += length;
  }
  return Errno::kSuccess;
}

}  // namespace perdure::wasi
