// The kernel interfaces of write tracking: userfaultfd and PAGEMAP_SCAN.
//
// Values and layouts that are newer than some distributions' headers are written down here; they
// are part of the kernel's stable interface.
#pragma once

#include <cstdint>
#include <string>
#include <utility>

#include "perdure/status.h"

namespace perdure {

// UFFD_FEATURE_WP_UNPOPULATED (Linux 6.4): write protection covers pages that do not exist yet.
inline constexpr uint64_t kUffdWpUnpopulated = 1 << 13;
// UFFD_FEATURE_WP_ASYNC (Linux 6.7): the kernel resolves write faults itself and remembers them.
inline constexpr uint64_t kUffdWpAsync = 1 << 15;

// struct page_region and struct pm_scan_arg of <linux/fs.h>, Linux 6.7.
struct PageRegion {
  uint64_t start;
  uint64_t end;
  uint64_t categories;
};
struct PageScan {
  uint64_t size;
  uint64_t flags;
  uint64_t start;
  uint64_t end;
  uint64_t walk_end;
  uint64_t vec;
  uint64_t vec_len;
  uint64_t max_pages;
  uint64_t category_inverted;
  uint64_t category_mask;
  uint64_t category_anyof_mask;
  uint64_t return_mask;
};
static_assert(sizeof(PageRegion) == 24 && sizeof(PageScan) == 96);

enum : uint64_t {
  kScanWpMatching = 1 << 0,    // write-protect what is reported, in the same step
  kScanCheckWpAsync = 1 << 1,  // fail if part of the range is not registered with WP_ASYNC
  kPageIsWritten = 1 << 1,
  kPageIsPresent = 1 << 3,
  kPageIsSwapped = 1 << 4,
  kPageIsPfnZero = 1 << 5,
};

// A file descriptor that is closed with its owner.
class OwnedFd {
 public:
  OwnedFd() = default;
  explicit OwnedFd(int fd) : fd_(fd) {}
  OwnedFd(OwnedFd&& other) noexcept : fd_(other.fd_) { other.fd_ = -1; }
  OwnedFd& operator=(OwnedFd&&) = delete;
  ~OwnedFd();
  int get() const { return fd_; }

 private:
  int fd_ = -1;
};

// "doing: strerror(errno)" as kIo.
Status SystemError(const char* doing);

class MissingPages;

// A userfaultfd for faults of user mode only (what an unprivileged process may have) with exactly
// these features, registered for write protection of the whole reservation, or for none. `missing`,
// if not null, lies at its beginning: registered there for missing pages as well, and lent. The end
// of the object takes the registration away, so that another one can follow: closing alone would
// not, where a child process holds a copy of the descriptor.
class Userfault {
 public:
  static constexpr bool kProtection = true, kNoProtection = false;
  static Result<Userfault> Open(uint64_t features, uint8_t* base, uint64_t bytes, bool protection,
                                MissingPages* missing);
  Userfault(Userfault&& other) noexcept;
  ~Userfault();
  int fd() const { return fd_.get(); }

 private:
  Userfault(OwnedFd fd, uint8_t* base, uint64_t bytes, MissingPages* missing)
      : fd_(std::move(fd)), base_(base), bytes_(bytes), missing_(missing) {}

  bool Register(uint64_t begin, uint64_t end, uint64_t mode);

  OwnedFd fd_;
  uint8_t* base_;
  uint64_t bytes_;
  MissingPages* missing_;
};

// Write-protects, or makes writable, [begin, begin + bytes). Async-signal-safe. False: errno says
// why.
bool WriteProtect(const Userfault& userfault, uint8_t* begin, uint64_t bytes, bool on);

// /proc/self/pagemap.
Result<OwnedFd> OpenPagemap();
// PAGEMAP_SCAN: number of regions stored, or -1 with errno.
int ScanPages(int pagemap, PageScan* scan);

// The system's page size: 4096, or a power-of-two multiple of it.
uint64_t PageBytes();

}  // namespace perdure
