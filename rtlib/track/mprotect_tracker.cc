// mprotect: clean pages are read-only mappings. Works on every kernel; costs a mapping per isolated
// run of dirty pages (see fault_tracker.h for the way out when they run short).
#include <fcntl.h>
#include <sys/mman.h>
#include <unistd.h>

#include <charconv>

#include "rtlib/abi/memory.h"
#include "rtlib/track/fault_tracker.h"
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

// A quarter of the mappings a process may have: each run needs two, the rest of the process needs
// some.
uint64_t RunBudget() {
  uint64_t limit = 65530;  // the kernel's default
  const int fd = open("/proc/sys/vm/max_map_count", O_RDONLY | O_CLOEXEC);
  if (fd >= 0) {
    char text[32];
    const ssize_t length = read(fd, text, sizeof text);
    if (length > 0) std::from_chars(text, text + length, limit);
    close(fd);
  }
  return limit / 4;
}

class MprotectTracker final : public FaultTracker {
 public:
  // The kernel skips mappings that are read-only already, so one call re-protects any number of
  // runs, and a page that stayed writable would only be a mapping more.
  MprotectTracker(uint8_t* base, uint64_t reserved_bytes, WriteObserver observer)
      : FaultTracker(base, reserved_bytes,
                     {.runs = RunBudget(), .pages_a_call = UINT64_MAX, .keeps_hot = false}, nullptr,
                     observer) {}

  ~MprotectTracker() override {
    const uint64_t accessible = abi::AccessibleBytes(base());
    if (accessible != 0) Unprotect(base(), accessible);
  }

  using FaultTracker::Start;
  TrackMode mode() const override { return TrackMode::kMprotect; }

 private:
  bool Protect(uint8_t* begin, uint64_t bytes) override {
    return mprotect(begin, bytes, PROT_READ) == 0;
  }
  bool Unprotect(uint8_t* begin, uint64_t bytes) override {
    return mprotect(begin, bytes, PROT_READ | PROT_WRITE) == 0;
  }
};

}  // namespace

Result<std::unique_ptr<Tracker>> CreateMprotectTracker(uint8_t* base, uint64_t reserved_bytes,
                                                       WriteObserver observer) {
  auto tracker = std::make_unique<MprotectTracker>(base, reserved_bytes, observer);
  PERDURE_TRY(tracker->Start());
  return std::unique_ptr<Tracker>(std::move(tracker));
}

}  // namespace perdure
