#include "rtlib/wasi/stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>

#include "rtlib/abi/blocking.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/logged_input.h"

namespace perdure::wasi {
namespace {

bool IsSocket(const DescriptorRecord& descriptor) { return IsSocketType(descriptor.filetype); }

bool IsInput(const DescriptorRecord& descriptor) {
  return descriptor.origin == Origin::kStandard && descriptor.number == kStdin;
}

}  // namespace

bool IsTransient(int error) { return error == EINTR || error == EAGAIN || error == EWOULDBLOCK; }

bool HasPlace(const DescriptorRecord& descriptor) {
  if (IsInput(descriptor)) return descriptor.identity != FileIdentity{};
  return descriptor.origin == Origin::kPath && (descriptor.filetype == Filetype::kRegularFile ||
                                                descriptor.filetype == Filetype::kBlockDevice);
}

Errno WaitFor(perdure_host* host, const DescriptorRecord& descriptor, int fd, short events) {
  pollfd wanted = {fd, events, 0};
  if ((descriptor.fdflags & kFdflagsNonblock) != 0) {
    return poll(&wanted, 1, 0) == 0 ? Errno::kAgain : Errno::kSuccess;
  }
  // An error shows in what follows.
  const abi::Wait wait = abi::BlockUntil(host, {&wanted, 1}, abi::kNoDeadline);
  return wait == abi::Wait::kUnwind ? kUnwinding : Errno::kSuccess;
}

Errno ReadStream(perdure_host* host, uint32_t number, IovecArray iovs, int flags, uint64_t* count,
                 int* message_flags) {
  GuestBuffers buffers;
  while (true) {
    Descriptor descriptor;
    Errno error = host->live_table->Find(number, 0, &descriptor);
    if (error != Errno::kSuccess) return error;
    const int fd = descriptor.system_fd;
    if (IsInput(*descriptor.record) && LogsInput(*host->live_table)) {
      return ReadLogged(host, descriptor, iovs, count);
    }
    if (fd >= 0) error = WaitFor(host, *descriptor.record, fd, POLLIN);
    if (error != Errno::kSuccess) return error;
    error = GatherBuffers(host, iovs.at, iovs.length, PERDURE_WRITE, &buffers);
    if (error != Errno::kSuccess) return error;
    *count = 0;
    if (fd < 0) return Errno::kSuccess;  // standard input at its end
    ssize_t moved;
    if (IsSocket(*descriptor.record)) {
      msghdr message = {};
      message.msg_iov = buffers.parts;
      message.msg_iovlen = static_cast<size_t>(buffers.count);
      moved = recvmsg(fd, &message, flags | MSG_DONTWAIT);
      if (message_flags != nullptr) *message_flags = message.msg_flags;
    } else {
      moved = readv(fd, buffers.parts, buffers.count);
    }
    if (moved >= 0) {
      *count = static_cast<uint64_t>(moved);
      return Errno::kSuccess;
    }
    if (!IsTransient(errno)) return ErrnoFromSystem(errno);
  }
}

namespace {

// Output of the event: leaves after its commit. An event that is full takes what has room, as a
// full disk would; a run gets that far only where it cannot be committed.
Errno Queue(perdure_host* host, const Descriptor& descriptor, IovecArray iovs, uint64_t* count) {
  if (abi::OfferCommit(host) == abi::Wait::kUnwind) return kUnwinding;
  GuestBuffers buffers;
  const Errno error = GatherBuffers(host, iovs.at, iovs.length, PERDURE_READ, &buffers);
  if (error != Errno::kSuccess) return error;
  size_t room = PERDURE_OUTPUT_BYTES_MAX - host->queued_bytes;
  if (room == 0 && buffers.bytes != 0) return Errno::kNobufs;
  *count = 0;
  for (int i = 0; i < buffers.count && room != 0; ++i) {
    const size_t length = std::min(buffers.parts[i].iov_len, room);
    perdure_output(host, static_cast<int>(descriptor.record->number), buffers.parts[i].iov_base,
                   length);
    *count += length;
    room -= length;
  }
  return Errno::kSuccess;
}

// What goes to somebody else at once comes after a commit: nobody is told what is not durable.
Errno Send(perdure_host* host, uint32_t number, IovecArray iovs, uint64_t* count) {
  if (abi::RequireCommit(host) == abi::Wait::kUnwind) return kUnwinding;
  GuestBuffers buffers;
  while (true) {
    Descriptor descriptor;
    Errno error = host->live_table->Find(number, 0, &descriptor);
    if (error != Errno::kSuccess) return error;
    error = WaitFor(host, *descriptor.record, descriptor.system_fd, POLLOUT);
    if (error != Errno::kSuccess) return error;
    error = GatherBuffers(host, iovs.at, iovs.length, PERDURE_READ, &buffers);
    if (error != Errno::kSuccess) return error;
    ssize_t moved;
    if (IsSocket(*descriptor.record)) {
      msghdr message = {};
      message.msg_iov = buffers.parts;
      message.msg_iovlen = static_cast<size_t>(buffers.count);
      moved = sendmsg(descriptor.system_fd, &message, MSG_DONTWAIT | MSG_NOSIGNAL);
    } else {
      moved = writev(descriptor.system_fd, buffers.parts, buffers.count);
    }
    if (moved >= 0) {
      *count = static_cast<uint64_t>(moved);
      return Errno::kSuccess;
    }
    if (!IsTransient(errno)) return ErrnoFromSystem(errno);
  }
}

}  // namespace

Errno WriteStream(perdure_host* host, uint32_t number, IovecArray iovs, uint64_t* count) {
  Descriptor descriptor;
  const Errno error = host->live_table->Find(number, 0, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (descriptor.record->origin == Origin::kStandard) {
    return Queue(host, descriptor, iovs, count);
  }
  return Send(host, number, iovs, count);
}

}  // namespace perdure::wasi
