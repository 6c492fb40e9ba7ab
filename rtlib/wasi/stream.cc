#include "rtlib/wasi/stream.h"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "rtlib/abi/blocking.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table_format.h"

namespace perdure::wasi {
namespace {

// What a call returns while the stack is on its way into a commit: nobody looks at it.
constexpr Errno kUnwinding = Errno::kIntr;

bool IsSocket(const DescriptorRecord& descriptor) { return IsSocketType(descriptor.filetype); }

bool IsInput(const DescriptorRecord& descriptor) {
  return descriptor.origin == Origin::kStandard && descriptor.number == kStdin;
}

// Errors that mean "wait once more".
bool IsTransient(int error) { return error == EINTR || error == EAGAIN || error == EWOULDBLOCK; }

}  // namespace

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

namespace {

// What was logged is given out though this process does not log.
bool LogsInput(const HostTable& table) {
  const WasiOptions& options = table.options();
  return (options.logs_input && options.stdin_fd >= 0) || !table.record().input.empty();
}

// More than a terminal gives at a time, and as much as a pipe holds.
constexpr size_t kLoggedBytesMax = 65536;
static_assert(kLoggedBytesMax <= kInputBytesMax);

// Takes what is there into the record and has it committed. Nothing is taken at the end.
Errno LogInput(perdure_host* host, const Descriptor& input) {
  char bytes[kLoggedBytesMax];
  ssize_t count;
  do {
    const Errno error = WaitFor(host, *input.record, input.system_fd, POLLIN);
    if (error != Errno::kSuccess) return error;
    count = read(input.system_fd, bytes, sizeof bytes);
  } while (count < 0 && IsTransient(errno));
  if (count < 0) return ErrnoFromSystem(errno);
  if (count == 0) return Errno::kSuccess;
  host->live_table->Change().input.assign(bytes, static_cast<size_t>(count));
  return abi::RequireCommit(host) == abi::Wait::kUnwind ? kUnwinding : Errno::kSuccess;
}

Errno ReadLogged(perdure_host* host, const Descriptor& input, IovecArray iovs, uint64_t* count) {
  HostTable& table = *host->live_table;
  *count = 0;
  if (table.record().input.empty()) {
    const Errno error = LogInput(host, input);
    if (error != Errno::kSuccess || table.record().input.empty()) return error;
  }
  GuestBuffers buffers;
  const Errno error = GatherBuffers(host, iovs.at, iovs.length, PERDURE_WRITE, &buffers);
  if (error != Errno::kSuccess) return error;
  std::string& logged = table.Change().input;
  for (int i = 0; i < buffers.count; ++i) {
    const size_t length = std::min(buffers.parts[i].iov_len, logged.size() - *count);
    std::memcpy(buffers.parts[i].iov_base, logged.data() + *count, length);
    *count += length;
  }
  logged.erase(0, *count);
  return Errno::kSuccess;
}

}  // namespace

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
