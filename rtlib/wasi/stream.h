// Streams: descriptors without a place (terminals, pipes, sockets, standard input and output), and
// how a guest waits for them.
//
// Nothing here waits inside a system call: readiness is waited for with BlockUntil(), before
// anything has been read or written, so that a run can be committed there with its call stack.
//
// Input that can be read only once is lost if the process dies between reading and committing it,
// but for that which is logged (logged_input.h).
#pragma once

#include "perdure/host.h"
#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/guest_buffers.h"
#include "rtlib/wasi/host_table.h"

namespace perdure::wasi {

// What a call returns while the stack is on its way into a commit: nobody looks at it.
inline constexpr Errno kUnwinding = Errno::kIntr;

// True if reads and writes happen at a place that the record keeps, and never wait.
bool HasPlace(const DescriptorRecord& descriptor);

// Waits until `fd` can be read or written (`events` as poll(2)). kAgain at once if the descriptor
// is not to wait. Whatever is not kSuccess is to be returned at once: the stack may be on its way
// into a commit.
Errno WaitFor(perdure_host* host, const DescriptorRecord& descriptor, int fd, short events);

// True for values of errno that mean "wait once more".
bool IsTransient(int error);

// fd_read and sock_recv. `flags` as recv(2), and 0 for anything else than a socket. Buffers are
// gathered after waiting. *message_flags, if given, gets those of recvmsg(2).
struct IovecArray {
  uint32_t at;
  uint32_t length;
};
Errno ReadStream(perdure_host* host, uint32_t number, IovecArray iovs, int flags, uint64_t* count,
                 int* message_flags);
// fd_write and sock_send.
Errno WriteStream(perdure_host* host, uint32_t number, IovecArray iovs, uint64_t* count);

}  // namespace perdure::wasi
