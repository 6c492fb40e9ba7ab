#include "sqlite/mark_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "sqlite/error.h"

namespace perdure {
namespace {

constexpr size_t kMarkBytesMax = 256;
constexpr mode_t kPermissions = 0777;

std::string PathOf(const std::string& state) { return state + "-out"; }

Status Failed(const std::string& state, const std::string& shown, const char* what, int error) {
  return StateError(CodeOfErrno(error), shown, "cannot ", what, " '", PathOf(state),
                    "': ", ErrnoText(error));
}

}  // namespace

MarkFile::~MarkFile() {
  if (fd_ >= 0) close(fd_);
}

Status MarkFile::Put(const std::string& state, const std::string& shown, std::string_view mark) {
  if (fd_ < 0) {
    struct stat info;
    if (stat(state.c_str(), &info) != 0) return Failed(state, shown, "be looked at for", errno);
    fd_ = open(PathOf(state).c_str(), O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW,
               info.st_mode & kPermissions);
    if (fd_ < 0) return Failed(state, shown, "create", errno);
  }
  const ssize_t written = pwrite(fd_, mark.data(), mark.size(), 0);
  if (written == static_cast<ssize_t>(mark.size())) return OkStatus();
  return Failed(state, shown, "write", written < 0 ? errno : ENOSPC);
}

Result<std::string> MarkFile::Read(const std::string& state, const std::string& shown) const {
  const int fd = open(PathOf(state).c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
  if (fd < 0 && errno == ENOENT) return std::string();
  if (fd < 0) return Failed(state, shown, "open", errno);
  std::string mark(kMarkBytesMax, '\0');
  const ssize_t got = read(fd, mark.data(), mark.size());
  const int error = errno;
  close(fd);
  if (got < 0) return Failed(state, shown, "read", error);
  mark.resize(static_cast<size_t>(got));
  return mark;
}

Status MarkFile::Drop(const std::string& state, const std::string& shown) {
  if (fd_ >= 0) close(fd_);
  fd_ = -1;
  if (unlink(PathOf(state).c_str()) == 0 || errno == ENOENT) return OkStatus();
  return Failed(state, shown, "remove", errno);
}

}  // namespace perdure
