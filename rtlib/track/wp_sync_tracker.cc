// wp-sync: clean pages are write-protected by userfaultfd, and a write to one raises SIGBUS on the
// writing thread instead of blocking it for a handler thread (FEATURE_SIGBUS). For kernels that
// have no WP_ASYNC, or processes that have no /proc.
//
// Protection covers pages that do not exist yet (WP_UNPOPULATED, Linux 6.4): the first touch of a
// page must be seen as well. Kernels without it fail the self-test, and mprotect is used.
#include "rtlib/track/fault_tracker.h"
#include "rtlib/track/trackers.h"
#include "rtlib/track/userfault.h"

#include <linux/userfaultfd.h>

namespace perdure {

namespace {

class WpSyncTracker final : public FaultTracker {
 public:
  // A call costs about what protecting 20 pages costs, so gaps up to that are protected along.
  WpSyncTracker(uint8_t* base, uint64_t reserved_bytes, Userfault userfault, MissingPages* missing,
                WriteObserver observer, bool keeps_hot)
      : FaultTracker(base, reserved_bytes,
                     {.runs = UINT64_MAX, .pages_a_call = 20, .keeps_hot = keeps_hot}, missing,
                     observer),
        userfault_(std::move(userfault)) {}

  using FaultTracker::Start;
  TrackMode mode() const override { return TrackMode::kWpSync; }

 private:
  bool Protect(uint8_t* begin, uint64_t bytes) override {
    return WriteProtect(userfault_, begin, bytes, true);
  }
  bool Unprotect(uint8_t* begin, uint64_t bytes) override {
    return WriteProtect(userfault_, begin, bytes, false);
  }

  const Userfault userfault_;  // its end is that of the protection
};

}  // namespace

Result<std::unique_ptr<Tracker>> CreateWpSyncTracker(uint8_t* base, uint64_t reserved_bytes,
                                                     MissingPages* missing, WriteObserver observer,
                                                     bool keeps_hot) {
  const uint64_t features =
      UFFD_FEATURE_PAGEFAULT_FLAG_WP | UFFD_FEATURE_SIGBUS | kUffdWpUnpopulated;
  PERDURE_ASSIGN_OR_RETURN(Userfault userfault, Userfault::Open(features, base, reserved_bytes,
                                                                Userfault::kProtection, missing));
  auto tracker = std::make_unique<WpSyncTracker>(base, reserved_bytes, std::move(userfault),
                                                 missing, observer, keeps_hot);
  PERDURE_TRY(tracker->Start());
  return std::unique_ptr<Tracker>(std::move(tracker));
}

}  // namespace perdure
