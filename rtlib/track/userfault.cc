#include "rtlib/track/userfault.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/userfaultfd.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <cstring>

#include "rtlib/base/text.h"
#include "rtlib/track/missing_pages.h"

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

Result<Userfault> Userfault::Open(uint64_t features, uint8_t* base, uint64_t bytes, bool protection,
                                  MissingPages* missing) {
  OwnedFd fd(
      static_cast<int>(syscall(SYS_userfaultfd, O_CLOEXEC | O_NONBLOCK | UFFD_USER_MODE_ONLY)));
  if (fd.get() < 0) return SystemError("userfaultfd");
  uffdio_api api = {};
  api.api = UFFD_API;
  api.features = features | (missing != nullptr ? UFFD_FEATURE_SIGBUS : 0);
  if (ioctl(fd.get(), UFFDIO_API, &api) != 0) return SystemError("userfaultfd features");
  const uint64_t mode = protection ? UFFDIO_REGISTER_MODE_WP : 0;
  const uint64_t missing_bytes = missing != nullptr ? missing->bytes() : 0;
  Userfault userfault(std::move(fd), base, bytes, nullptr);
  if (!userfault.Register(0, missing_bytes, mode | UFFDIO_REGISTER_MODE_MISSING) ||
      !userfault.Register(missing_bytes, protection ? bytes : missing_bytes, mode)) {
    return SystemError("userfaultfd registration");
  }
  userfault.missing_ = missing;
  if (missing != nullptr) missing->Lend(userfault.fd(), protection);
  return userfault;
}

bool Userfault::Register(uint64_t begin, uint64_t end, uint64_t mode) {
  if (begin == end) return true;
  uffdio_register range = {};
  range.range.start = reinterpret_cast<uint64_t>(base_) + begin;
  range.range.len = end - begin;
  range.mode = mode;
  return ioctl(fd_.get(), UFFDIO_REGISTER, &range) == 0;
}

Userfault::Userfault(Userfault&& other) noexcept
    : fd_(std::move(other.fd_)),
      base_(other.base_),
      bytes_(other.bytes_),
      missing_(std::exchange(other.missing_, nullptr)) {}

Userfault::~Userfault() {
  if (fd_.get() < 0) return;
  if (missing_ != nullptr) missing_->Lend(-1, false);
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
