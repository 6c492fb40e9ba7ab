#include "rtlib/wasi/file_identity.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>

namespace perdure::wasi {

Filetype FiletypeOf(mode_t mode) {
  switch (mode & S_IFMT) {
    case S_IFBLK:
      return Filetype::kBlockDevice;
    case S_IFCHR:
      return Filetype::kCharacterDevice;
    case S_IFDIR:
      return Filetype::kDirectory;
    case S_IFREG:
      return Filetype::kRegularFile;
    case S_IFLNK:
      return Filetype::kSymbolicLink;
    case S_IFSOCK:
      return Filetype::kSocketStream;
    default:  // preview1 has no name for a pipe
      return Filetype::kUnknown;
  }
}

Filetype FiletypeOfFd(int fd) {
  struct stat info;
  if (fd < 0 || fstat(fd, &info) != 0) return Filetype::kUnknown;
  const Filetype type = FiletypeOf(info.st_mode);
  if (type != Filetype::kSocketStream) return type;
  int kind = 0;
  socklen_t length = sizeof kind;
  const bool datagrams =
      getsockopt(fd, SOL_SOCKET, SO_TYPE, &kind, &length) == 0 && kind == SOCK_DGRAM;
  return datagrams ? Filetype::kSocketDgram : type;
}

FileIdentity IdentityOf(int fd) {
  FileIdentity identity;
  struct statx info;
  if (fd < 0 || statx(fd, "", AT_EMPTY_PATH, STATX_INO | STATX_BTIME, &info) != 0) return identity;
  identity.dev = makedev(info.stx_dev_major, info.stx_dev_minor);
  identity.ino = info.stx_ino;
  if ((info.stx_mask & STATX_BTIME) != 0) {
    identity.born_ns =
        static_cast<uint64_t>(info.stx_btime.tv_sec) * 1'000'000'000u + info.stx_btime.tv_nsec;
  }
  return identity;
}

}  // namespace perdure::wasi
