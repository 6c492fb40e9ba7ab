#include "sqlite/lock_owner.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>

namespace perdure {
namespace {

// SQLite's lock bytes: PENDING, RESERVED and 510 SHARED ones
// (https://www.sqlite.org/lockingv3.html).
constexpr off_t kLockBytesBegin = 0x40000000;
constexpr off_t kLockBytesCount = 512;

constexpr long kDescriptorsMax = 65536;

int DescriptorOf(const struct stat& file) {
  const long limit = std::min(sysconf(_SC_OPEN_MAX), kDescriptorsMax);
  for (int fd = 0; fd < limit; ++fd) {
    struct stat open_file;
    if (fstat(fd, &open_file) == 0 && open_file.st_dev == file.st_dev &&
        open_file.st_ino == file.st_ino) {
      return fd;
    }
  }
  return -1;
}

}  // namespace

pid_t LockOwner(const std::string& path) {
  struct stat file;
  if (stat(path.c_str(), &file) != 0) return 0;
  const int fd = DescriptorOf(file);
  if (fd < 0) return 0;
  struct flock lock = {};
  lock.l_type = F_WRLCK;
  lock.l_whence = SEEK_SET;
  lock.l_start = kLockBytesBegin;
  lock.l_len = kLockBytesCount;
  if (fcntl(fd, F_GETLK, &lock) != 0 || lock.l_type == F_UNLCK) return 0;
  return lock.l_pid > 0 ? lock.l_pid : -1;
}

}  // namespace perdure
