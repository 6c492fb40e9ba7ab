#include "rtlib/track/userfault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "rtlib/base/text.h"

namespace perdure {

namespace {
constexpr unsigned long kPagemapScan = _IOWR('f', 16, PageScan);
}

OwnedFd::~OwnedFd() {
  if (fd_ >= 0) close(fd_);
}

Status SystemError(const char* doing) {
  return Status(StatusCode::kIo, StrCat(doing, ": ", std::strerror(errno)));
}

Result<Userfault> Userfault::Open(uint64_t features, uint8_t* base, uint64_t bytes) {
  OwnedFd fd(
      static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY)));
  if (fd.get() < 0) return SystemError("userfaultfd");
  uffdio_api api = {};
  api.api = UFFD_API;
  api.features = features;
  if (ioctl(fd.get(), UFFDIO_API, &api) != 0) return SystemError("userfaultfd features");
  uffdio_register range = {};
  range.range.start = reinterpret_cast<uint64_t>(base);
  range.range.len = bytes;
  range.mode = UFFDIO_REGISTER_MODE_WP;
  if (ioctl(fd.get(), UFFDIO_REGISTER, &range) != 0) return SystemError("userfaultfd registration");
  return Userfault(std::move(fd), base, bytes);
}

Userfault::~Userfault() {
  if (fd_.get() < 0) return;
  uffdio_range range = {reinterpret_cast<uint64_t>(base_), bytes_};
  ioctl(fd_.get(), UFFDIO_UNREGISTER, &range);
}

bool WriteProtect(const Userfault& userfault, uint8_t* begin, uint64_t bytes, bool on) {
  uffdio_writeprotect change = {};
  change.range.start = reinterpret_cast<uint64_t>(begin);
  change.range.len = bytes;
  change.mode = on ? UFFDIO_WRITEPROTECT_MODE_WP : 0;
  int result;
  do {
    result = ioctl(userfault.fd(), UFFDIO_WRITEPROTECT, &change);
  } while (result != 0 && (errno == EAGAIN || errno == EINTR));
  return result == 0;
}

Result<OwnedFd> OpenPagemap() {
  OwnedFd fd(open("/proc/self/pagemap", O_RDONLY | O_CLOEXEC));
  if (fd.get() < 0) return SystemError("/proc/self/pagemap");
  return fd;
}

int ScanPages(int pagemap, PageScan* scan) { return ioctl(pagemap, kPagemapScan, scan); }

uint64_t PageBytes() {
  static const auto bytes = static_cast<uint64_t>(sysconf(_SC_PAGESIZE));
  return bytes;
}

}  // namespace perdure
