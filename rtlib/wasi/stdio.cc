// fd_*: descriptors 0, 1 and 2. A reactor has no others: there are no preopened directories.
//
// The three descriptors carry no state of their own, so there is nothing to persist and nothing
// that could differ after a restart:
//   - They always present themselves as character devices. Asking whether the process has a
//   terminal would
//     let the machine leak into the state; and a C library buffers the output of anything else
//     until its buffer is full, which a reactor, that never exits, would experience as lost output.
//   - Closing one succeeds and does nothing; flags other than append are refused.
// Output is queued and leaves the process after the commit. Input that was read by an event that
// then traps is gone: a descriptor cannot be rolled back.
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "perdure/wasi.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {
namespace {

// One call moves at most this much and then reports a short count, as write(2) may: the lengths are
// the guest's word, and many iovecs may name the same bytes.
constexpr uint64_t kTransferBytesMax = uint64_t{16} << 20;

bool IsStdio(uint32_t fd) { return fd <= kStderr; }

// Visits the iovecs in order as (address, length) until `visit` returns false or kTransferBytesMax
// is reached. False if the array itself is not in memory. The array is read anew for each element,
// since a visitor may write over it.
template <typename Visit>
bool ForEachIovec(perdure_host* host, uint32_t iovs, uint32_t iovs_len, Visit visit) {
  if (View(host, iovs, uint64_t{iovs_len} * sizeof(Iovec), PERDURE_READ) == nullptr) return false;
  uint64_t left = kTransferBytesMax;
  for (uint32_t i = 0; i < iovs_len && left > 0; ++i) {
    Iovec iovec = {};
    if (!Load(host, iovs + uint64_t{i} * sizeof(Iovec), &iovec)) return false;
    uint64_t length = std::min<uint64_t>(iovec.buf_len, left);
    if (length == 0) continue;
    if (!visit(iovec.buf, length)) return true;
    left -= length;
  }
  return true;
}

Errno ErrnoFromSystem(int error) {
  switch (error) {
    case EAGAIN:
      return Errno::kAgain;
    case EBADF:
      return Errno::kBadf;
    case EFAULT:
      return Errno::kFault;
    case EINTR:
      return Errno::kIntr;
    case EINVAL:
      return Errno::kInval;
    default:
      return Errno::kIo;
  }
}

// Reads into the first buffer that is not empty: a short count is always allowed.
Errno Read(perdure_host* host, uint32_t iovs, uint32_t iovs_len, uint32_t nread) {
  if (View(host, nread, sizeof(uint32_t), PERDURE_WRITE) == nullptr) return Errno::kFault;
  void* buffer = nullptr;
  uint64_t buffer_bytes = 0;
  auto pick_first = [&](uint32_t address, uint64_t length) {
    buffer = View(host, address, length, PERDURE_WRITE);
    buffer_bytes = length;
    return false;
  };
  if (!ForEachIovec(host, iovs, iovs_len, pick_first)) return Errno::kFault;
  ssize_t count = 0;
  int fd = host->wasi == nullptr ? 0 : host->wasi->stdin_fd;
  if (buffer_bytes > 0) {
    if (buffer == nullptr) return Errno::kFault;
    if (fd >= 0) count = read(fd, buffer, buffer_bytes);
  }
  if (count < 0) return ErrnoFromSystem(errno);
  Store(host, nread, static_cast<uint32_t>(count));
  return Errno::kSuccess;
}

// Nothing is written unless every buffer is good.
Errno Write(perdure_host* host, int fd, uint32_t iovs, uint32_t iovs_len, uint32_t nwritten) {
  uint64_t total = 0;
  bool good = View(host, nwritten, sizeof(uint32_t), PERDURE_WRITE) != nullptr;
  auto check = [&](uint32_t address, uint64_t length) {
    good = good && View(host, address, length, PERDURE_READ) != nullptr;
    total += length;
    return good;
  };
  if (!ForEachIovec(host, iovs, iovs_len, check) || !good) return Errno::kFault;
  ForEachIovec(host, iovs, iovs_len, [&](uint32_t address, uint64_t length) {
    perdure_output(host, fd, View(host, address, length, PERDURE_READ), length);
    return true;
  });
  Store(host, nwritten, static_cast<uint32_t>(total));
  return Errno::kSuccess;
}

Errno GetFdstat(perdure_host* host, uint32_t fd, uint32_t address) {
  if (!IsStdio(fd)) return Errno::kBadf;
  Fdstat stat = {};
  stat.fs_filetype = static_cast<uint8_t>(Filetype::kCharacterDevice);
  stat.fs_flags = fd == kStdin ? uint16_t{0} : static_cast<uint16_t>(kFdflagsAppend);
  stat.fs_rights_base = kRightsFdFdstatSetFlags | kRightsPollFdReadwrite |
                        (fd == kStdin ? kRightsFdRead : kRightsFdWrite);
  return Store(host, address, stat) ? Errno::kSuccess : Errno::kFault;
}

}  // namespace
}  // namespace perdure::wasi

using perdure::wasi::Errno;
using perdure::wasi::IsStdio;

uint32_t PERDURE_WASI(fd_close)(perdure_host* /*host*/, uint32_t fd) {
  return static_cast<uint32_t>(IsStdio(fd) ? Errno::kSuccess : Errno::kBadf);
}

uint32_t PERDURE_WASI(fd_fdstat_get)(perdure_host* host, uint32_t fd, uint32_t stat) {
  return static_cast<uint32_t>(perdure::wasi::GetFdstat(host, fd, stat));
}

uint32_t PERDURE_WASI(fd_fdstat_set_flags)(perdure_host* /*host*/, uint32_t fd, uint32_t flags) {
  if (!IsStdio(fd)) return static_cast<uint32_t>(Errno::kBadf);
  bool allowed = (flags & ~perdure::wasi::kFdflagsAppend) == 0;
  return static_cast<uint32_t>(allowed ? Errno::kSuccess : Errno::kNotsup);
}

uint32_t PERDURE_WASI(fd_prestat_get)(perdure_host* /*host*/, uint32_t /*fd*/,
                                      uint32_t /*prestat*/) {
  return static_cast<uint32_t>(Errno::kBadf);
}

uint32_t PERDURE_WASI(fd_prestat_dir_name)(perdure_host* /*host*/, uint32_t /*fd*/,
                                           uint32_t /*path*/, uint32_t /*path_len*/) {
  return static_cast<uint32_t>(Errno::kBadf);
}

uint32_t PERDURE_WASI(fd_read)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                               uint32_t nread) {
  if (fd != perdure::wasi::kStdin) return static_cast<uint32_t>(Errno::kBadf);
  return static_cast<uint32_t>(perdure::wasi::Read(host, iovs, iovs_len, nread));
}

uint32_t PERDURE_WASI(fd_seek)(perdure_host* /*host*/, uint32_t fd, uint64_t /*offset*/,
                               uint32_t /*whence*/, uint32_t /*new_offset*/) {
  return static_cast<uint32_t>(IsStdio(fd) ? Errno::kSpipe : Errno::kBadf);
}

uint32_t PERDURE_WASI(fd_write)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                uint32_t nwritten) {
  if (fd != perdure::wasi::kStdout && fd != perdure::wasi::kStderr) {
    return static_cast<uint32_t>(Errno::kBadf);
  }
  return static_cast<uint32_t>(
      perdure::wasi::Write(host, static_cast<int>(fd), iovs, iovs_len, nwritten));
}
