#include "rtlib/track/hot_pages.h"

namespace perdure {

size_t HotPages::Find(uint64_t page) const {
  size_t at = 0;
  while (at < open_count_ && open_[at].page != page) ++at;
  return at;
}

bool HotPages::Written(uint64_t page) {
  const size_t at = Find(page);
  if (at != open_count_) {
    open_[at].event = event_;
    return true;
  }
  Seen& seen = recent_[page % kRecentSlots];
  const bool again = seen.page == page && event_ - seen.event <= kRecentEvents;
  seen = {page, event_};
  if (again && open_count_ < kOpenMax) open_[open_count_++] = seen;
  return false;
}

void HotPages::EndEvent(uint64_t end_page) {
  size_t kept = 0;
  for (size_t at = 0; at < open_count_; ++at) {
    if (open_[at].page < end_page && event_ - open_[at].event < kIdleEvents) {
      open_[kept++] = open_[at];
    }
  }
  open_count_ = kept;
  ++event_;
}

}  // namespace perdure
