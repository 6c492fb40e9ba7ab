// fd_read, fd_write, fd_pread, fd_pwrite.
//
// The place in a regular file is ours, not the system's: it is state, and every read and write
// names it. So an event that is delivered again writes the same bytes to the same place, and one
// that trapped goes back to its old place (the bytes it wrote stay: a file is not state).
//
// A descriptor that appends writes to the end of the file, wherever that is. Delivered again, it
// would find its own bytes before the end and write them a second time; so a descriptor that came
// back from a state first looks behind the end it remembers, and goes on from there as long as it
// finds just what it is about to write.
#include <fcntl.h>
#include <sys/stat.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_buffers.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/stream.h"

namespace perdure::wasi {
namespace {

constexpr uint64_t kCompareBytes = 4096;

// True if the file holds, at `place`, what the buffers hold, as far as the file goes.
bool HoldsAlready(int fd, uint64_t place, const GuestBuffers& buffers) {
  for (int i = 0; i < buffers.count; ++i) {
    const auto* wanted = static_cast<const char*>(buffers.parts[i].iov_base);
    for (uint64_t done = 0; done < buffers.parts[i].iov_len;) {
      char there[kCompareBytes];
      const uint64_t length = std::min(buffers.parts[i].iov_len - done, kCompareBytes);
      const ssize_t count = pread(fd, there, length, static_cast<off_t>(place));
      if (count < 0 || std::memcmp(there, wanted + done, static_cast<size_t>(count)) != 0) {
        return false;
      }
      if (count == 0) return true;
      done += static_cast<uint64_t>(count);
      place += static_cast<uint64_t>(count);
    }
  }
  return true;
}

// Where a descriptor that appends writes next.
uint64_t AppendPlace(HostTable* table, const Descriptor& descriptor, const GuestBuffers& buffers) {
  struct stat info = {};
  fstat(descriptor.system_fd, &info);
  const auto end = static_cast<uint64_t>(info.st_size);
  OpenFile* file = table->FileOf(*descriptor.record);
  const uint64_t remembered = descriptor.record->append_end;
  if (file == nullptr || !file->repeats) return end;
  if (remembered < end && HoldsAlready(descriptor.system_fd, remembered, buffers)) {
    return remembered;
  }
  file->repeats = false;
  return end;
}

// What the flags sync and dsync promise, after a write. They are not given to the system, which
// cannot change them on a file that is open.
Errno Synchronise(const DescriptorRecord& descriptor, int fd) {
  if ((descriptor.fdflags & kFdflagsSync) != 0) {
    return fsync(fd) == 0 ? Errno::kSuccess : ErrnoFromSystem(errno);
  }
  if ((descriptor.fdflags & kFdflagsDsync) != 0) {
    return fdatasync(fd) == 0 ? Errno::kSuccess : ErrnoFromSystem(errno);
  }
  return Errno::kSuccess;
}

Errno ReadAt(const Descriptor& descriptor, const GuestBuffers& buffers, uint64_t place,
             uint64_t* count) {
  if (place > INT64_MAX) return Errno::kInval;
  if ((descriptor.record->fdflags & kFdflagsRsync) != 0) {
    const Errno error = Synchronise(*descriptor.record, descriptor.system_fd);
    if (error != Errno::kSuccess) return error;
  }
  ssize_t moved;
  do {
    moved = preadv(descriptor.system_fd, buffers.parts, buffers.count, static_cast<off_t>(place));
  } while (moved < 0 && errno == EINTR);
  if (moved < 0) return ErrnoFromSystem(errno);
  *count = static_cast<uint64_t>(moved);
  return Errno::kSuccess;
}

Errno WriteAt(const Descriptor& descriptor, const GuestBuffers& buffers, uint64_t place,
              uint64_t* count) {
  if (place > INT64_MAX) return Errno::kInval;
  ssize_t moved;
  do {
    moved = pwritev(descriptor.system_fd, buffers.parts, buffers.count, static_cast<off_t>(place));
  } while (moved < 0 && errno == EINTR);
  if (moved < 0) return ErrnoFromSystem(errno);
  *count = static_cast<uint64_t>(moved);
  return Synchronise(*descriptor.record, descriptor.system_fd);
}

Errno ReadFile(HostTable* table, const Descriptor& descriptor, const GuestBuffers& buffers,
               uint64_t* count) {
  const uint64_t place = descriptor.record->offset;
  const Errno error = ReadAt(descriptor, buffers, place, count);
  if (error != Errno::kSuccess || *count == 0) return error;
  table->ChangeDescriptor(descriptor.number).offset = place + *count;
  // Whoever shares the file with us (the shell that started us) is to find it read this far.
  if (descriptor.record->origin == Origin::kStandard) {
    lseek(descriptor.system_fd, static_cast<off_t>(place + *count), SEEK_SET);
  }
  return Errno::kSuccess;
}

Errno WriteFile(HostTable* table, const Descriptor& descriptor, const GuestBuffers& buffers,
                uint64_t* count) {
  const bool appends = (descriptor.record->fdflags & kFdflagsAppend) != 0;
  const uint64_t place =
      appends ? AppendPlace(table, descriptor, buffers) : descriptor.record->offset;
  const Errno error = WriteAt(descriptor, buffers, place, count);
  if (error != Errno::kSuccess || *count == 0) return error;
  DescriptorRecord& changed = table->ChangeDescriptor(descriptor.number);
  changed.offset = place + *count;
  if (appends) changed.append_end = changed.offset;
  return Errno::kSuccess;
}

struct Transfer {
  uint32_t fd;
  IovecArray iovs;
  bool writes;
};

// What all four have in common: a descriptor with rights, good pointers, and then `move`.
template <typename Move>
Errno Checked(perdure_host* host, const Transfer& transfer, uint64_t rights, uint32_t count_address,
              Move move) {
  Descriptor descriptor;
  Errno error = host->live_table->Find(transfer.fd, rights, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (!Out<uint32_t>(host, count_address).ok()) return Errno::kFault;
  GuestBuffers buffers;
  error = GatherBuffers(host, transfer.iovs.at, transfer.iovs.length,
                        transfer.writes ? PERDURE_READ : PERDURE_WRITE, &buffers);
  if (error != Errno::kSuccess) return error;
  uint64_t count = 0;
  if (buffers.count > 0) error = move(descriptor, buffers, &count);
  if (error == Errno::kSuccess) Store(host, count_address, static_cast<uint32_t>(count));
  return error;
}

Errno Read(perdure_host* host, uint32_t fd, IovecArray iovs, uint32_t nread) {
  return Checked(host, {fd, iovs, false}, kRightsFdRead, nread,
                 [&](const Descriptor& descriptor, const GuestBuffers& buffers, uint64_t* count) {
                   if (HasPlace(*descriptor.record)) {
                     return ReadFile(host->live_table, descriptor, buffers, count);
                   }
                   return ReadStream(host, fd, iovs, 0, count, nullptr);
                 });
}

Errno Write(perdure_host* host, uint32_t fd, IovecArray iovs, uint32_t nwritten) {
  return Checked(host, {fd, iovs, true}, kRightsFdWrite, nwritten,
                 [&](const Descriptor& descriptor, const GuestBuffers& buffers, uint64_t* count) {
                   if (HasPlace(*descriptor.record)) {
                     return WriteFile(host->live_table, descriptor, buffers, count);
                   }
                   return WriteStream(host, fd, iovs, count);
                 });
}

// For a read or write at a place the guest names.
Errno RequirePlace(const Descriptor& descriptor) {
  if (!HasPlace(*descriptor.record)) return Errno::kSpipe;
  const bool may = (descriptor.record->rights_base & kRightsFdSeek) != 0;
  return may ? Errno::kSuccess : Errno::kNotcapable;
}

Errno ReadElsewhere(perdure_host* host, uint32_t fd, IovecArray iovs, uint64_t place,
                    uint32_t nread) {
  return Checked(host, {fd, iovs, false}, kRightsFdRead, nread,
                 [&](const Descriptor& descriptor, const GuestBuffers& buffers, uint64_t* count) {
                   const Errno error = RequirePlace(descriptor);
                   if (error != Errno::kSuccess) return error;
                   return ReadAt(descriptor, buffers, place, count);
                 });
}

Errno WriteElsewhere(perdure_host* host, uint32_t fd, IovecArray iovs, uint64_t place,
                     uint32_t nwritten) {
  return Checked(host, {fd, iovs, true}, kRightsFdWrite, nwritten,
                 [&](const Descriptor& descriptor, const GuestBuffers& buffers, uint64_t* count) {
                   const Errno error = RequirePlace(descriptor);
                   if (error != Errno::kSuccess) return error;
                   return WriteAt(descriptor, buffers, place, count);
                 });
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(fd_read)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                               uint32_t nread) {
  return Number(perdure::wasi::Read(host, fd, {iovs, iovs_len}, nread));
}

uint32_t PERDURE_WASI(fd_write)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                uint32_t nwritten) {
  return Number(perdure::wasi::Write(host, fd, {iovs, iovs_len}, nwritten));
}

uint32_t PERDURE_WASI(fd_pread)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                uint64_t offset, uint32_t nread) {
  return Number(perdure::wasi::ReadElsewhere(host, fd, {iovs, iovs_len}, offset, nread));
}

uint32_t PERDURE_WASI(fd_pwrite)(perdure_host* host, uint32_t fd, uint32_t iovs, uint32_t iovs_len,
                                 uint64_t offset, uint32_t nwritten) {
  return Number(perdure::wasi::WriteElsewhere(host, fd, {iovs, iovs_len}, offset, nwritten));
}
