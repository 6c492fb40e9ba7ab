// fd_close, fd_renumber, fd_prestat_*, fd_seek, fd_tell.
#include <fcntl.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/stream.h"

namespace perdure::wasi {
namespace {

// The directory that descriptor `fd` was given as; nullptr if it was not. One that did not come
// back still has its name: a C library that asks for it would take any error but badf for its end.
const PreopenRecord* FindPreopen(perdure_host* host, uint32_t fd) {
  const HostRecord& record = host->live_table->record();
  const auto place = record.descriptors.find(fd);
  if (place == record.descriptors.end() || place->second.origin != Origin::kPreopen) return nullptr;
  return &record.preopens[place->second.number];
}

Errno GetPrestat(perdure_host* host, uint32_t fd, uint32_t address) {
  const PreopenRecord* preopen = FindPreopen(host, fd);
  if (preopen == nullptr) return Errno::kBadf;
  Prestat prestat = {};
  prestat.pr_name_len = static_cast<uint32_t>(preopen->name.size());
  return Store(host, address, prestat) ? Errno::kSuccess : Errno::kFault;
}

Errno GetPrestatName(perdure_host* host, uint32_t fd, uint32_t path, uint32_t path_len) {
  const PreopenRecord* preopen = FindPreopen(host, fd);
  if (preopen == nullptr) return Errno::kBadf;
  const std::string& name = preopen->name;
  if (path_len < name.size()) return Errno::kNametoolong;
  void* view = View(host, path, name.size(), PERDURE_WRITE);
  if (view == nullptr) return Errno::kFault;
  std::memcpy(view, name.data(), name.size());
  return Errno::kSuccess;
}

// The end of a file or device.
Errno EndOf(int fd, uint64_t* end) {
  struct stat info;
  if (fstat(fd, &info) != 0) return ErrnoFromSystem(errno);
  if (S_ISBLK(info.st_mode)) {
    const off_t size = lseek(fd, 0, SEEK_END);
    if (size < 0) return ErrnoFromSystem(errno);
    *end = static_cast<uint64_t>(size);
  } else {
    *end = static_cast<uint64_t>(info.st_size);
  }
  return Errno::kSuccess;
}

Errno Seek(perdure_host* host, uint32_t fd, int64_t offset, uint32_t whence, uint32_t new_offset) {
  Descriptor descriptor;
  Errno error = host->live_table->Find(fd, 0, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (descriptor.record->filetype == Filetype::kDirectory) return Errno::kBadf;
  if (!HasPlace(*descriptor.record)) return Errno::kSpipe;
  const bool only_tells = Whence{whence} == Whence::kCur && offset == 0;
  const uint64_t rights = only_tells ? kRightsFdTell : kRightsFdSeek;
  if ((descriptor.record->rights_base & rights) == 0) return Errno::kNotcapable;
  uint64_t from = 0;
  switch (Whence{whence}) {
    case Whence::kSet:
      break;
    case Whence::kCur:
      from = descriptor.record->offset;
      break;
    case Whence::kEnd:
      error = EndOf(descriptor.system_fd, &from);
      if (error != Errno::kSuccess) return error;
      break;
    default:
      return Errno::kInval;
  }
  int64_t place;
  if (__builtin_add_overflow(static_cast<int64_t>(from), offset, &place)) return Errno::kOverflow;
  if (place < 0) return Errno::kInval;
  const Out<uint64_t> out(host, new_offset);
  if (!out.ok()) return Errno::kFault;
  const auto unsigned_place = static_cast<uint64_t>(place);
  if (unsigned_place != descriptor.record->offset) {
    host->live_table->ChangeDescriptor(fd).offset = unsigned_place;
  }
  out.Put(unsigned_place);
  return Errno::kSuccess;
}

Errno Tell(perdure_host* host, uint32_t fd, uint32_t offset) {
  Descriptor descriptor;
  const Errno error = host->live_table->Find(fd, 0, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (descriptor.record->filetype == Filetype::kDirectory) return Errno::kBadf;
  if (!HasPlace(*descriptor.record)) return Errno::kSpipe;
  if ((descriptor.record->rights_base & kRightsFdTell) == 0) return Errno::kNotcapable;
  return Store(host, offset, descriptor.record->offset) ? Errno::kSuccess : Errno::kFault;
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(fd_close)(perdure_host* host, uint32_t fd) {
  perdure::abi::RequireHostStack();
  return Number(host->live_table->Close(fd));
}

uint32_t PERDURE_WASI(fd_renumber)(perdure_host* host, uint32_t fd, uint32_t to) {
  perdure::abi::RequireHostStack();
  return Number(host->live_table->Renumber(fd, to));
}

uint32_t PERDURE_WASI(fd_prestat_get)(perdure_host* host, uint32_t fd, uint32_t prestat) {
  return Number(perdure::wasi::GetPrestat(host, fd, prestat));
}

uint32_t PERDURE_WASI(fd_prestat_dir_name)(perdure_host* host, uint32_t fd, uint32_t path,
                                           uint32_t path_len) {
  return Number(perdure::wasi::GetPrestatName(host, fd, path, path_len));
}

uint32_t PERDURE_WASI(fd_seek)(perdure_host* host, uint32_t fd, uint64_t offset, uint32_t whence,
                               uint32_t new_offset) {
  return Number(perdure::wasi::Seek(host, fd, static_cast<int64_t>(offset), whence, new_offset));
}

uint32_t PERDURE_WASI(fd_tell)(perdure_host* host, uint32_t fd, uint32_t offset) {
  return Number(perdure::wasi::Tell(host, fd, offset));
}
