// SystemFd: a descriptor of the system, closed by its owner.
//
// It has a destructor: no host function may hold one on its frame where a trap can pass.
#pragma once

#include <unistd.h>

#include <utility>

namespace perdure::wasi {

class SystemFd {
 public:
  SystemFd() = default;
  explicit SystemFd(int fd) : fd_(fd) {}
  SystemFd(SystemFd&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}
  SystemFd& operator=(SystemFd&& other) noexcept {
    std::swap(fd_, other.fd_);
    return *this;
  }
  ~SystemFd() {
    if (fd_ >= 0) close(fd_);
  }

  int get() const { return fd_; }
  bool ok() const { return fd_ >= 0; }
  int Release() { return std::exchange(fd_, -1); }

 private:
  int fd_ = -1;
};

}  // namespace perdure::wasi
