// sock_accept, sock_recv, sock_send, sock_shutdown: on sockets that the process was given, and on
// the connections accepted from them.
#include <poll.h>
#include <sys/socket.h>

#include <cerrno>

#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/file_identity.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/stream.h"

namespace perdure::wasi {
namespace {

// The descriptor, which must be a socket with `rights`.
Errno FindSocket(perdure_host* host, uint32_t fd, uint64_t rights, Descriptor* found) {
  const Errno error = host->live_table->Find(fd, 0, found);
  if (error != Errno::kSuccess) return error;
  if (!IsSocketType(found->record->filetype)) return Errno::kNotsock;
  return host->live_table->Find(fd, rights, found);
}

Errno AddConnection(HostTable* table, const DescriptorRecord& listener, SystemFd fd, uint32_t flags,
                    uint32_t* number) {
  DescriptorRecord connection;
  connection.origin = Origin::kAccepted;
  connection.filetype = FiletypeOfFd(fd.get());
  connection.reads = connection.writes = true;
  connection.fdflags = static_cast<uint16_t>(flags);
  connection.rights_base = listener.rights_inheriting & kRightsOfSocket;
  return table->Add(std::move(connection), std::move(fd), number);
}

Errno Accept(perdure_host* host, uint32_t fd, uint32_t flags, uint32_t opened_fd) {
  Descriptor listener;
  Errno error = FindSocket(host, fd, kRightsSockAccept, &listener);
  if (error != Errno::kSuccess) return error;
  if ((flags & ~kFdflagsNonblock) != 0) return Errno::kInval;
  if (!Out<uint32_t>(host, opened_fd).ok()) return Errno::kFault;
  int accepted;
  do {
    error = WaitFor(host, *listener.record, listener.system_fd, POLLIN);
    if (error != Errno::kSuccess) return error;
    accepted = accept4(listener.system_fd, nullptr, nullptr, SOCK_CLOEXEC | SOCK_NONBLOCK);
  } while (accepted < 0 && (errno == EAGAIN || errno == EINTR || errno == ECONNABORTED));
  if (accepted < 0) return ErrnoFromSystem(errno);
  uint32_t number = 0;
  error = AddConnection(host->live_table, *listener.record, SystemFd(accepted), flags, &number);
  if (error == Errno::kSuccess) Store(host, opened_fd, number);
  return error;
}

struct Results {
  uint32_t length;
  uint32_t flags;
};

Errno Receive(perdure_host* host, uint32_t fd, IovecArray data, uint32_t flags, Results results) {
  Descriptor socket;
  Errno error = FindSocket(host, fd, kRightsFdRead, &socket);
  if (error != Errno::kSuccess) return error;
  if ((flags & ~kRiflagsAll) != 0) return Errno::kInval;
  // It would have taken something when it waits for more, and could not be issued again.
  if ((flags & kRiflagsRecvWaitall) != 0) return Errno::kNotsup;
  if (!Out<uint32_t>(host, results.length).ok() || !Out<uint16_t>(host, results.flags).ok()) {
    return Errno::kFault;
  }
  GuestBuffers checked;
  error = GatherBuffers(host, data.at, data.length, PERDURE_WRITE, &checked);
  if (error != Errno::kSuccess) return error;
  const int system_flags = (flags & kRiflagsRecvPeek) != 0 ? MSG_PEEK : 0;
  int message_flags = 0;
  uint64_t count = 0;
  error = ReadStream(host, fd, data, system_flags, &count, &message_flags);
  if (error != Errno::kSuccess) return error;
  const bool cut = (message_flags & MSG_TRUNC) != 0;
  Store(host, results.length, static_cast<uint32_t>(count));
  Store(host, results.flags, cut ? kRoflagsRecvDataTruncated : uint16_t{0});
  return Errno::kSuccess;
}

Errno SendData(perdure_host* host, uint32_t fd, IovecArray data, uint32_t flags, uint32_t length) {
  Descriptor socket;
  Errno error = FindSocket(host, fd, kRightsFdWrite, &socket);
  if (error != Errno::kSuccess) return error;
  if (flags != 0) return Errno::kInval;
  if (!Out<uint32_t>(host, length).ok()) return Errno::kFault;
  GuestBuffers checked;
  error = GatherBuffers(host, data.at, data.length, PERDURE_READ, &checked);
  if (error != Errno::kSuccess) return error;
  uint64_t count = 0;
  error = WriteStream(host, fd, data, &count);
  if (error == Errno::kSuccess) Store(host, length, static_cast<uint32_t>(count));
  return error;
}

Errno Shutdown(perdure_host* host, uint32_t fd, uint32_t how) {
  Descriptor socket;
  const Errno error = FindSocket(host, fd, kRightsSockShutdown, &socket);
  if (error != Errno::kSuccess) return error;
  int system_how;
  switch (how) {
    case kSdflagsRd:
      system_how = SHUT_RD;
      break;
    case kSdflagsWr:
      system_how = SHUT_WR;
      break;
    case kSdflagsRd | kSdflagsWr:
      system_how = SHUT_RDWR;
      break;
    default:
      return Errno::kInval;
  }
  return shutdown(socket.system_fd, system_how) == 0 ? Errno::kSuccess : ErrnoFromSystem(errno);
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(sock_accept)(perdure_host* host, uint32_t fd, uint32_t flags,
                                   uint32_t opened_fd) {
  return Number(perdure::wasi::Accept(host, fd, flags, opened_fd));
}

uint32_t PERDURE_WASI(sock_recv)(perdure_host* host, uint32_t fd, uint32_t data, uint32_t data_len,
                                 uint32_t flags, uint32_t length, uint32_t out_flags) {
  return Number(perdure::wasi::Receive(host, fd, {data, data_len}, flags, {length, out_flags}));
}

uint32_t PERDURE_WASI(sock_send)(perdure_host* host, uint32_t fd, uint32_t data, uint32_t data_len,
                                 uint32_t flags, uint32_t length) {
  return Number(perdure::wasi::SendData(host, fd, {data, data_len}, flags, length));
}

uint32_t PERDURE_WASI(sock_shutdown)(perdure_host* host, uint32_t fd, uint32_t how) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::Shutdown(host, fd, how));
}
