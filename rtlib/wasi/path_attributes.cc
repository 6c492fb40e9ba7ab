// path_filestat_get, path_filestat_set_times, path_readlink.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/file_attributes.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/guest_path.h"

namespace perdure::wasi {
namespace {

LastLink LastLinkOf(uint32_t lookup_flags) {
  return (lookup_flags & kLookupSymlinkFollow) != 0 ? LastLink::kFollow : LastLink::kKeep;
}

Errno Ask(perdure_host* host, uint32_t fd, LastLink last, std::string_view path, Filestat* stat) {
  Descriptor directory;
  PathTarget target;
  const Errno error =
      ResolveBelow(host, fd, kRightsPathFilestatGet, path, last, &directory, &target);
  if (error != Errno::kSuccess) return error;
  struct stat info;
  if (fstatat(target.parent(), target.name(), &info, AT_SYMLINK_NOFOLLOW) != 0) {
    return ErrnoFromSystem(errno);
  }
  *stat = FilestatOf(info);
  return Errno::kSuccess;
}

Errno GetFilestat(perdure_host* host, uint32_t fd, uint32_t lookup_flags, uint32_t path,
                  uint32_t path_len, uint32_t address) {
  const Out<Filestat> out(host, address);
  if (!out.ok()) return Errno::kFault;
  GuestPath loaded;
  Errno error = LoadPath(host, path, path_len, &loaded);
  if (error != Errno::kSuccess) return error;
  Filestat stat = {};
  error = Ask(host, fd, LastLinkOf(lookup_flags), loaded.view(), &stat);
  if (error == Errno::kSuccess) out.Put(stat);
  return error;
}

Errno SetTimes(perdure_host* host, uint32_t fd, LastLink last, std::string_view path,
               const timespec* times) {
  Descriptor directory;
  PathTarget target;
  const Errno error =
      ResolveBelow(host, fd, kRightsPathFilestatSetTimes, path, last, &directory, &target);
  if (error != Errno::kSuccess) return error;
  const int set = utimensat(target.parent(), target.name(), times, AT_SYMLINK_NOFOLLOW);
  return set == 0 ? Errno::kSuccess : ErrnoFromSystem(errno);
}

// *length: of what is there now; as many bytes of it as fit are in `text`.
Errno ReadLink(perdure_host* host, uint32_t fd, std::string_view path, char* text, size_t* length) {
  Descriptor directory;
  PathTarget target;
  const Errno error =
      ResolveBelow(host, fd, kRightsPathReadlink, path, LastLink::kKeep, &directory, &target);
  if (error != Errno::kSuccess) return error;
  const ssize_t count = readlinkat(target.parent(), target.name(), text, kPathBytesMax);
  if (count < 0) return ErrnoFromSystem(errno);
  *length = static_cast<size_t>(count);
  return Errno::kSuccess;
}

Errno LoadAndReadLink(perdure_host* host, uint32_t fd, uint32_t path, uint32_t path_len,
                      uint32_t buf, uint32_t buf_len, uint32_t buf_used) {
  const Out<uint32_t> out(host, buf_used);
  void* buffer = View(host, buf, buf_len, PERDURE_WRITE);
  if (!out.ok() || buffer == nullptr) return Errno::kFault;
  GuestPath loaded;
  Errno error = LoadPath(host, path, path_len, &loaded);
  if (error != Errno::kSuccess) return error;
  char text[kPathBytesMax];
  size_t length = 0;
  error = ReadLink(host, fd, loaded.view(), text, &length);
  if (error != Errno::kSuccess) return error;
  const size_t used = std::min<size_t>(length, buf_len);
  std::memcpy(buffer, text, used);
  out.Put(static_cast<uint32_t>(used));
  return Errno::kSuccess;
}

}  // namespace
}  // namespace perdure::wasi

using perdure::wasi::Errno;

uint32_t PERDURE_WASI(path_filestat_get)(perdure_host* host, uint32_t fd, uint32_t lookup_flags,
                                         uint32_t path, uint32_t path_len, uint32_t stat) {
  return Number(perdure::wasi::GetFilestat(host, fd, lookup_flags, path, path_len, stat));
}

uint32_t PERDURE_WASI(path_filestat_set_times)(perdure_host* host, uint32_t fd,
                                               uint32_t lookup_flags, uint32_t path,
                                               uint32_t path_len, uint64_t atim, uint64_t mtim,
                                               uint32_t fst_flags) {
  perdure::wasi::GuestPath loaded;
  Errno error = perdure::wasi::LoadPath(host, path, path_len, &loaded);
  if (error != Errno::kSuccess) return Number(error);
  timespec times[2];
  error = perdure::wasi::TimesOf(atim, mtim, fst_flags, times);
  if (error != Errno::kSuccess) return Number(error);
  return Number(perdure::wasi::SetTimes(host, fd, perdure::wasi::LastLinkOf(lookup_flags),
                                        loaded.view(), times));
}

uint32_t PERDURE_WASI(path_readlink)(perdure_host* host, uint32_t fd, uint32_t path,
                                     uint32_t path_len, uint32_t buf, uint32_t buf_len,
                                     uint32_t buf_used) {
  return Number(perdure::wasi::LoadAndReadLink(host, fd, path, path_len, buf, buf_len, buf_used));
}
