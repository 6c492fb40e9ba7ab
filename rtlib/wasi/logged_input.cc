// Logged input.
//
// A pipe forgets a byte when it is read, and the state knows it only after the next commit; whoever
// dies in between has lost it, though somebody else (a supervisor, a shell's loop) may hold the
// pipe and start the program again on it. So the bytes are copied first, and taken when they are
// durable:
//
//   nothing logged ──copy──► logged, and in the source ──commit──► the same, durable
//         ▲                                                            │ take
//         └────────────────── the guest reads ── logged only ◄─────────┘
//
// Invariants
//  (I1) The guest reads only what is logged, in a run: and committed.
//  (I2) What is logged and has a source is, or was when it was committed, at the front of that
//       source. It is taken from there before the guest reads any of it.
//  (I3) A process that meets a logged source takes from its own standard input only if that is the
//       same source, has as many bytes waiting as it had then, and the logged ones at its front.
//       Otherwise they have been taken, or are gone with their pipe.
//
// (I3) errs where a process died after taking and before its next commit, and the writer has since
// written the very same bytes again; nothing that outlives a process changes together with the
// pipe, so a window stays, and this one needs a coincidence too.
//
// A terminal cannot be read without taking, so there what was read and not committed is lost.
//
// Rejected: taking first and committing at once. What is in flight then is lost with the process
// in any pipe. Taking after the guest has read: two copies of the input to keep in step.
#include "rtlib/wasi/logged_input.h"

#include <fcntl.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string>

#include "rtlib/abi/blocking.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/guest_buffers.h"
#include "rtlib/wasi/host_table_format.h"

namespace perdure::wasi {
namespace {

// More than a terminal gives at a time, and as much as a pipe holds.
constexpr size_t kLoggedBytesMax = 65536;
static_assert(kLoggedBytesMax <= kInputBytesMax);

enum class SourceKind { kPipe, kSocket, kTaken };  // kTaken: reading it is the only way to see it

struct Source {
  SourceKind kind = SourceKind::kTaken;
  InputSource identity;
};

Source LookAt(int fd) {
  Source source;
  struct stat info;
  if (fstat(fd, &info) != 0) return source;
  if (S_ISFIFO(info.st_mode)) source.kind = SourceKind::kPipe;
  if (S_ISSOCK(info.st_mode)) source.kind = SourceKind::kSocket;
  int waiting = 0;
  if (ioctl(fd, FIONREAD, &waiting) != 0) waiting = 0;
  source.identity = {info.st_dev, info.st_ino, static_cast<uint64_t>(std::max(waiting, 0))};
  return source;
}

// Copies what waits at the front of `fd` and leaves it there. As recv(2).
ssize_t Copy(int fd, SourceKind kind, char* bytes, size_t size) {
  if (kind == SourceKind::kSocket) return recv(fd, bytes, size, MSG_PEEK | MSG_DONTWAIT);
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) return -1;
  ssize_t count = tee(fd, ends[1], size, SPLICE_F_NONBLOCK);
  if (count > 0) count = read(ends[0], bytes, static_cast<size_t>(count));
  const int error = errno;
  close(ends[0]);
  close(ends[1]);
  errno = error;
  return count;
}

// Puts what can be read now into the record. As read(2).
ssize_t Log(int fd, HostTable* table) {
  char bytes[kLoggedBytesMax];
  const SourceKind kind = LookAt(fd).kind;
  const ssize_t count = kind == SourceKind::kTaken ? read(fd, bytes, sizeof bytes)
                                                   : Copy(fd, kind, bytes, sizeof bytes);
  if (count <= 0) return count;
  InputRecord& input = table->Change().input;
  input.bytes.assign(bytes, static_cast<size_t>(count));
  if (kind != SourceKind::kTaken) {
    InputSource source = LookAt(fd).identity;
    source.waiting_bytes = std::max<uint64_t>(source.waiting_bytes, input.bytes.size());
    input.source = source;
  }
  return count;
}

// Takes what is logged from where it still is (I3).
void TakeLogged(int fd, HostTable* table) {
  InputRecord& input = table->Change().input;
  const InputSource logged = *input.source;
  input.source.reset();
  const Source source = LookAt(fd);
  if (source.kind == SourceKind::kTaken || source.identity.dev != logged.dev ||
      source.identity.ino != logged.ino || source.identity.waiting_bytes < logged.waiting_bytes) {
    return;
  }
  char front[kLoggedBytesMax];
  size_t left = std::min(input.bytes.size(), sizeof front);
  if (Copy(fd, source.kind, front, left) != static_cast<ssize_t>(input.bytes.size())) return;
  if (std::memcmp(front, input.bytes.data(), left) != 0) return;
  while (left > 0) {
    const ssize_t count = read(fd, front, left);
    if (count == 0 || (count < 0 && errno != EINTR)) return;
    if (count > 0) left -= static_cast<size_t>(count);
  }
}

// Nothing is logged at the end of the input.
Errno LogInput(perdure_host* host, const Descriptor& input) {
  ssize_t count;
  do {
    const Errno error = WaitFor(host, *input.record, input.system_fd, POLLIN);
    if (error != Errno::kSuccess) return error;
    count = Log(input.system_fd, host->live_table);
  } while (count < 0 && IsTransient(errno));
  if (count < 0) return ErrnoFromSystem(errno);
  if (count == 0) return Errno::kSuccess;
  return abi::RequireCommit(host) == abi::Wait::kUnwind ? kUnwinding : Errno::kSuccess;
}

}  // namespace

bool LogsInput(const HostTable& table) {
  const WasiOptions& options = table.options();
  return (options.logs_input && options.stdin_fd >= 0) || !table.record().input.bytes.empty();
}

Errno ReadLogged(perdure_host* host, const Descriptor& input, IovecArray iovs, uint64_t* count) {
  HostTable& table = *host->live_table;
  *count = 0;
  if (table.record().input.bytes.empty()) {
    const Errno error = LogInput(host, input);
    if (error != Errno::kSuccess || table.record().input.bytes.empty()) return error;
  }
  if (table.record().input.source.has_value()) TakeLogged(input.system_fd, &table);
  GuestBuffers buffers;
  const Errno error = GatherBuffers(host, iovs.at, iovs.length, PERDURE_WRITE, &buffers);
  if (error != Errno::kSuccess) return error;
  std::string& logged = table.Change().input.bytes;
  for (int i = 0; i < buffers.count; ++i) {
    const size_t length = std::min(buffers.parts[i].iov_len, logged.size() - *count);
    std::memcpy(buffers.parts[i].iov_base, logged.data() + *count, length);
    *count += length;
  }
  logged.erase(0, *count);
  return Errno::kSuccess;
}

}  // namespace perdure::wasi
