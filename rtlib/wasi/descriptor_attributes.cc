// fd_fdstat_*, fd_filestat_*, fd_advise, fd_allocate, fd_sync, fd_datasync.
//
// What a reactor's call finds as descriptors 0 to 2 are character devices, whatever the process has
// there: asking would let the machine leak into the state, and a C library keeps the output of
// anything else in a buffer until it is full, which a reactor, that never exits, would experience
// as lost output. A run is told the truth, as any program that ends is.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/file_attributes.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"

namespace perdure::wasi {
namespace {

// The result of a call of the system's that gives 0 or -1 and errno.
Errno Result(int result) { return result == 0 ? Errno::kSuccess : ErrnoFromSystem(errno); }

Filetype PresentFiletype(const HostTable& table, const Descriptor& descriptor) {
  if (descriptor.record->origin != Origin::kStandard) return descriptor.record->filetype;
  return table.StandardFiletype(descriptor.system_fd);
}

// For calls that go to the file itself, also where it is standard output.
Errno FindFile(perdure_host* host, uint32_t fd, uint64_t rights, Descriptor* found) {
  host->live_table->ReachOutside();
  return host->live_table->Find(fd, rights, found);
}

Errno GetFdstat(perdure_host* host, uint32_t fd, uint32_t address) {
  Descriptor descriptor;
  const Errno error = host->live_table->Find(fd, 0, &descriptor);
  if (error != Errno::kSuccess) return error;
  Fdstat stat = {};
  stat.fs_filetype = static_cast<uint8_t>(PresentFiletype(*host->live_table, descriptor));
  stat.fs_flags = descriptor.record->fdflags;
  stat.fs_rights_base = descriptor.record->rights_base;
  stat.fs_rights_inheriting = descriptor.record->rights_inheriting;
  return Store(host, address, stat) ? Errno::kSuccess : Errno::kFault;
}

Errno SetFlags(perdure_host* host, uint32_t fd, uint32_t flags) {
  Descriptor descriptor;
  const Errno error = FindFile(host, fd, kRightsFdFdstatSetFlags, &descriptor);
  if (error != Errno::kSuccess) return error;
  if ((flags & ~kFdflagsAll) != 0) return Errno::kInval;
  DescriptorRecord& changed = host->live_table->ChangeDescriptor(fd);
  const bool begins_to_append = (flags & ~changed.fdflags & kFdflagsAppend) != 0;
  struct stat info;
  if (begins_to_append && fstat(descriptor.system_fd, &info) == 0) {
    changed.append_end = static_cast<uint64_t>(info.st_size);
  }
  changed.fdflags = static_cast<uint16_t>(flags);
  return Errno::kSuccess;
}

Errno SetRights(perdure_host* host, uint32_t fd, uint64_t base, uint64_t inheriting) {
  Descriptor descriptor;
  const Errno error = host->live_table->Find(fd, base, &descriptor);
  if (error != Errno::kSuccess) return error;
  if ((inheriting & ~descriptor.record->rights_inheriting) != 0) return Errno::kNotcapable;
  DescriptorRecord& changed = host->live_table->ChangeDescriptor(fd);
  changed.rights_base = base;
  changed.rights_inheriting = inheriting;
  return Errno::kSuccess;
}

Errno GetFilestat(perdure_host* host, uint32_t fd, uint32_t address) {
  Descriptor descriptor;
  const Errno error = FindFile(host, fd, kRightsFdFilestatGet, &descriptor);
  if (error != Errno::kSuccess) return error;
  Filestat stat = {};
  const bool is_told =
      descriptor.record->origin != Origin::kStandard || host->live_table->record().run.has_value();
  struct stat info;
  if (is_told && descriptor.system_fd >= 0) {
    if (fstat(descriptor.system_fd, &info) != 0) return ErrnoFromSystem(errno);
    stat = FilestatOf(info);
  }
  stat.filetype = static_cast<uint8_t>(PresentFiletype(*host->live_table, descriptor));
  return Store(host, address, stat) ? Errno::kSuccess : Errno::kFault;
}

Errno SetSize(perdure_host* host, uint32_t fd, uint64_t size) {
  Descriptor descriptor;
  const Errno error = FindFile(host, fd, kRightsFdFilestatSetSize, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (size > INT64_MAX) return Errno::kInval;
  return Result(ftruncate(descriptor.system_fd, static_cast<off_t>(size)));
}

Errno SetTimes(perdure_host* host, uint32_t fd, uint64_t atim, uint64_t mtim, uint32_t flags) {
  Descriptor descriptor;
  Errno error = FindFile(host, fd, kRightsFdFilestatSetTimes, &descriptor);
  if (error != Errno::kSuccess) return error;
  timespec times[2];
  error = TimesOf(atim, mtim, flags, times);
  if (error != Errno::kSuccess) return error;
  return Result(futimens(descriptor.system_fd, times));
}

Errno Advise(perdure_host* host, uint32_t fd, uint64_t offset, uint64_t length, uint32_t advice) {
  constexpr int kAdvice[] = {POSIX_FADV_NORMAL,   POSIX_FADV_SEQUENTIAL, POSIX_FADV_RANDOM,
                             POSIX_FADV_WILLNEED, POSIX_FADV_DONTNEED,   POSIX_FADV_NOREUSE};
  Descriptor descriptor;
  const Errno error = FindFile(host, fd, kRightsFdAdvise, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (advice >= std::size(kAdvice) || offset > INT64_MAX || length > INT64_MAX) {
    return Errno::kInval;
  }
  const int failed = posix_fadvise(descriptor.system_fd, static_cast<off_t>(offset),
                                   static_cast<off_t>(length), kAdvice[advice]);
  return failed == 0 ? Errno::kSuccess : ErrnoFromSystem(failed);
}

Errno Allocate(perdure_host* host, uint32_t fd, uint64_t offset, uint64_t length) {
  Descriptor descriptor;
  const Errno error = FindFile(host, fd, kRightsFdAllocate, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (length == 0 || offset > INT64_MAX || length > INT64_MAX) return Errno::kInval;
  const int failed =
      posix_fallocate(descriptor.system_fd, static_cast<off_t>(offset), static_cast<off_t>(length));
  return failed == 0 ? Errno::kSuccess : ErrnoFromSystem(failed);
}

Errno Synchronise(perdure_host* host, uint32_t fd, uint64_t rights, int (*synchronise)(int)) {
  Descriptor descriptor;
  const Errno error = FindFile(host, fd, rights, &descriptor);
  if (error != Errno::kSuccess) return error;
  return Result(synchronise(descriptor.system_fd));
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(fd_fdstat_get)(perdure_host* host, uint32_t fd, uint32_t stat) {
  return Number(perdure::wasi::GetFdstat(host, fd, stat));
}

uint32_t PERDURE_WASI(fd_fdstat_set_flags)(perdure_host* host, uint32_t fd, uint32_t flags) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::SetFlags(host, fd, flags));
}

uint32_t PERDURE_WASI(fd_fdstat_set_rights)(perdure_host* host, uint32_t fd, uint64_t base,
                                            uint64_t inheriting) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::SetRights(host, fd, base, inheriting));
}

uint32_t PERDURE_WASI(fd_filestat_get)(perdure_host* host, uint32_t fd, uint32_t stat) {
  return Number(perdure::wasi::GetFilestat(host, fd, stat));
}

uint32_t PERDURE_WASI(fd_filestat_set_size)(perdure_host* host, uint32_t fd, uint64_t size) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::SetSize(host, fd, size));
}

uint32_t PERDURE_WASI(fd_filestat_set_times)(perdure_host* host, uint32_t fd, uint64_t atim,
                                             uint64_t mtim, uint32_t flags) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::SetTimes(host, fd, atim, mtim, flags));
}

uint32_t PERDURE_WASI(fd_advise)(perdure_host* host, uint32_t fd, uint64_t offset, uint64_t length,
                                 uint32_t advice) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::Advise(host, fd, offset, length, advice));
}

uint32_t PERDURE_WASI(fd_allocate)(perdure_host* host, uint32_t fd, uint64_t offset,
                                   uint64_t length) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::Allocate(host, fd, offset, length));
}

uint32_t PERDURE_WASI(fd_sync)(perdure_host* host, uint32_t fd) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::Synchronise(host, fd, perdure::wasi::kRightsFdSync, fsync));
}

uint32_t PERDURE_WASI(fd_datasync)(perdure_host* host, uint32_t fd) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::Synchronise(host, fd, perdure::wasi::kRightsFdDatasync, fdatasync));
}
