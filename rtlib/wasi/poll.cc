// poll_oneoff.
//
//   subscriptions ──► look: which are due now? ── some ─────────────────────► their events
//                        │ none                 ▲
//                        ▼                      │ ready, or the earliest deadline
//                     BlockUntil(descriptors, earliest deadline) ── unwind ──► return at once
//
// A relative timeout counts from when the guest began to wait. That time is put into the record
// before the call waits, and is found there when the call is issued again in another process: a
// sleep of a minute that was interrupted after fifty seconds goes on for ten.
//
// Files and queued output are always ready. A subscription that is wrong (no such descriptor, no
// right to poll it, a clock that cannot be waited for) is an event at once, with its error.
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <optional>

#include "rtlib/abi/blocking.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/clock.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/stream.h"

namespace perdure::wasi {
namespace {

// More than any program waits for at a time.
constexpr uint32_t kSubscriptionsMax = 4096;
// The longest wait before the wall clock is looked at again: it may have been set.
constexpr uint64_t kRealtimeStepNs = 60'000'000'000;
constexpr uint64_t kNever = UINT64_MAX;

uint64_t SaturatingAdd(uint64_t a, uint64_t b) { return a > kNever - b ? kNever : a + b; }

// One call, with the views it needs. No destructors: BlockUntil may not return.
class Poll {
 public:
  Poll(perdure_host* host, const uint8_t* subscriptions, uint32_t count)
      : host_(host), table_(*host->live_table), subscriptions_(subscriptions), count_(count) {}

  Errno Run(uint8_t* events, uint32_t* event_count);

 private:
  Subscription At(uint32_t index) const {
    Subscription subscription;
    std::memcpy(&subscription, subscriptions_ + index * sizeof subscription, sizeof subscription);
    return subscription;
  }
  std::optional<Event> Look(const Subscription& subscription);
  std::optional<Event> LookAtClock(const SubscriptionClock& clock, Event event);
  std::optional<Event> LookAtDescriptor(uint32_t fd, Event event);
  void LookAtReadiness(const Descriptor& descriptor, short revents, Event* event) const;
  bool Collect(uint8_t* events, uint32_t* event_count);

  perdure_host* const host_;
  HostTable& table_;
  const uint8_t* const subscriptions_;
  const uint32_t count_;
  uint64_t began_ns_ = 0;                        // on the guest's monotonic clock
  uint64_t monotonic_ns_ = 0, realtime_ns_ = 0;  // when Collect began
  uint64_t sleep_ns_ = kNever;                   // until the earliest deadline
};

// What a relative timeout means, and what an absolute one does.
std::optional<Event> Poll::LookAtClock(const SubscriptionClock& clock, Event event) {
  uint64_t now;
  switch (Clockid{clock.id}) {
    case Clockid::kRealtime:
      now = realtime_ns_;
      break;
    case Clockid::kMonotonic:
      now = monotonic_ns_;
      break;
    default:
      event.error = static_cast<uint16_t>(Errno::kInval);
      return event;
  }
  if ((clock.flags & ~kSubclockflagsAbstime) != 0) {
    event.error = static_cast<uint16_t>(Errno::kInval);
    return event;
  }
  const bool absolute = (clock.flags & kSubclockflagsAbstime) != 0;
  uint64_t deadline = clock.timeout;
  if (!absolute) {
    // On either clock a duration is a duration.
    now = monotonic_ns_;
    deadline = SaturatingAdd(began_ns_, clock.timeout);
  }
  if (deadline <= now) return event;
  uint64_t left = deadline - now;
  if (absolute && Clockid{clock.id} == Clockid::kRealtime) left = std::min(left, kRealtimeStepNs);
  sleep_ns_ = std::min(sleep_ns_, left);
  return std::nullopt;
}

// `revents` as poll(2) gives them.
void Poll::LookAtReadiness(const Descriptor& descriptor, short revents, Event* event) const {
  if ((revents & POLLNVAL) != 0) event->error = static_cast<uint16_t>(Errno::kBadf);
  if ((revents & POLLHUP) != 0) event->flags = kEventrwflagsHangup;
  int waiting = 0;
  if (Eventtype{event->type} == Eventtype::kFdRead &&
      ioctl(descriptor.system_fd, FIONREAD, &waiting) == 0 && waiting > 0) {
    event->nbytes = static_cast<uint64_t>(waiting);
  }
}

std::optional<Event> Poll::LookAtDescriptor(uint32_t fd, Event event) {
  const bool reads = Eventtype{event.type} == Eventtype::kFdRead;
  Descriptor descriptor;
  const Errno error = table_.Find(
      fd, kRightsPollFdReadwrite | (reads ? kRightsFdRead : kRightsFdWrite), &descriptor);
  if (error != Errno::kSuccess) {
    event.error = static_cast<uint16_t>(error);
    return event;
  }
  if (HasPlace(*descriptor.record)) {
    struct stat info;
    const bool known = reads && fstat(descriptor.system_fd, &info) == 0;
    const uint64_t end = known ? static_cast<uint64_t>(info.st_size) : 0;
    if (end > descriptor.record->offset) event.nbytes = end - descriptor.record->offset;
    return event;
  }
  const size_t logged = table_.record().input.bytes.size();
  if (reads && logged > 0 && descriptor.record->origin == Origin::kStandard) {
    event.nbytes = logged;
    return event;
  }
  const bool queued = !reads && descriptor.record->origin == Origin::kStandard;
  if (queued || descriptor.system_fd < 0) return event;
  pollfd wanted = {descriptor.system_fd, static_cast<short>(reads ? POLLIN : POLLOUT), 0};
  if (poll(&wanted, 1, 0) == 0) return std::nullopt;
  LookAtReadiness(descriptor, wanted.revents, &event);
  return event;
}

std::optional<Event> Poll::Look(const Subscription& subscription) {
  Event event = {};
  event.userdata = subscription.userdata;
  event.type = subscription.tag;
  switch (Eventtype{subscription.tag}) {
    case Eventtype::kClock:
      return LookAtClock(subscription.clock, event);
    case Eventtype::kFdRead:
    case Eventtype::kFdWrite:
      return LookAtDescriptor(subscription.file_descriptor, event);
  }
  event.error = static_cast<uint16_t>(Errno::kInval);
  return event;
}

// Writes the events that are due; false if there are none.
bool Poll::Collect(uint8_t* events, uint32_t* event_count) {
  monotonic_ns_ = MonotonicNow(&table_);
  realtime_ns_ = RealtimeNow();
  sleep_ns_ = kNever;
  *event_count = 0;
  for (uint32_t i = 0; i < count_; ++i) {
    const std::optional<Event> event = Look(At(i));
    if (!event.has_value()) continue;
    std::memcpy(events + *event_count * sizeof(Event), &*event, sizeof(Event));
    ++*event_count;
  }
  return *event_count > 0;
}

Errno Poll::Run(uint8_t* events, uint32_t* event_count) {
  table_.ReachOutside();
  const ClockRecord& clock = table_.record().clock;
  began_ns_ = clock.waiting_since_ns != 0 ? clock.waiting_since_ns : MonotonicNow(&table_);
  while (!Collect(events, event_count)) {
    if (clock.waiting_since_ns == 0) table_.Change().clock.waiting_since_ns = began_ns_;
    pollfd wanted[kSubscriptionsMax];
    nfds_t wanted_count = 0;
    for (uint32_t i = 0; i < count_; ++i) {
      const Subscription subscription = At(i);
      if (Eventtype{subscription.tag} == Eventtype::kClock) continue;
      Descriptor descriptor;
      if (table_.Find(subscription.file_descriptor, 0, &descriptor) != Errno::kSuccess) continue;
      const bool reads = Eventtype{subscription.tag} == Eventtype::kFdRead;
      wanted[wanted_count++] = {descriptor.system_fd, static_cast<short>(reads ? POLLIN : POLLOUT),
                                0};
    }
    const uint64_t until = SaturatingAdd(SystemMonotonicNow(), sleep_ns_);
    const int64_t deadline =
        sleep_ns_ == kNever || until > INT64_MAX ? abi::kNoDeadline : static_cast<int64_t>(until);
    if (abi::BlockUntil(host_, {wanted, wanted_count}, deadline) == abi::Wait::kUnwind) {
      return Errno::kIntr;
    }
  }
  if (clock.waiting_since_ns != 0) table_.Change().clock.waiting_since_ns = 0;
  return Errno::kSuccess;
}

Errno PollOneoff(perdure_host* host, uint32_t in, uint32_t out, uint32_t count,
                 uint32_t count_address) {
  if (count == 0) return Errno::kInval;
  const auto* subscriptions = static_cast<const uint8_t*>(
      View(host, in, uint64_t{count} * sizeof(Subscription), PERDURE_READ));
  auto* events =
      static_cast<uint8_t*>(View(host, out, uint64_t{count} * sizeof(Event), PERDURE_WRITE));
  const Out<uint32_t> event_count(host, count_address);
  if (subscriptions == nullptr || events == nullptr || !event_count.ok()) return Errno::kFault;
  if (count > kSubscriptionsMax) return Errno::kNomem;
  uint32_t due = 0;
  const Errno error = Poll(host, subscriptions, count).Run(events, &due);
  if (error == Errno::kSuccess) event_count.Put(due);
  return error;
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(poll_oneoff)(perdure_host* host, uint32_t in, uint32_t out,
                                   uint32_t subscription_count, uint32_t event_count) {
  return Number(perdure::wasi::PollOneoff(host, in, out, subscription_count, event_count));
}
