#include <unistd.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

#include "rtlib/wasi/clock.h"

namespace perdure::wasi {
namespace {

constexpr uint32_t kIn = 1000;
constexpr uint32_t kOut = 5000;
constexpr uint32_t kCount = 8000;
constexpr uint64_t kMillisecond = 1'000'000;
constexpr uint64_t kHour = 3'600'000'000'000;

Subscription Clock(Clockid id, uint64_t timeout, uint16_t flags = 0) {
  Subscription subscription = {};
  subscription.userdata = 77;
  subscription.tag = static_cast<uint8_t>(Eventtype::kClock);
  subscription.clock = {.id = static_cast<uint32_t>(id),
                        .padding0 = 0,
                        .timeout = timeout,
                        .precision = 0,
                        .flags = flags,
                        .padding1 = {}};
  return subscription;
}

Subscription On(Eventtype type, uint32_t fd) {
  Subscription subscription = {};
  subscription.userdata = 1000 + fd;
  subscription.tag = static_cast<uint8_t>(type);
  subscription.file_descriptor = fd;
  return subscription;
}

std::vector<Event> Wait(Host* host, const std::vector<Subscription>& subscriptions) {
  for (uint32_t i = 0; i < subscriptions.size(); ++i) {
    host->Put(kIn + i * static_cast<uint32_t>(sizeof(Subscription)), subscriptions[i]);
  }
  REQUIRE(PERDURE_WASI(poll_oneoff)(host->get(), kIn, kOut,
                                    static_cast<uint32_t>(subscriptions.size()),
                                    kCount) == kSuccess);
  std::vector<Event> events;
  for (uint32_t i = 0; i < host->Get32(kCount); ++i) {
    events.push_back(host->Get<Event>(kOut + i * static_cast<uint32_t>(sizeof(Event))));
  }
  return events;
}

TEST_CASE("a timeout passes, relative or absolute, on either clock") {
  Host host;
  host.Begin();
  for (const Clockid clock : {Clockid::kMonotonic, Clockid::kRealtime}) {
    const uint64_t began = SystemMonotonicNow();
    std::vector<Event> events = Wait(&host, {Clock(clock, 2 * kMillisecond)});
    REQUIRE(events.size() == 1);
    CHECK(events[0].userdata == 77);
    CHECK(events[0].error == 0);
    CHECK(events[0].type == static_cast<uint8_t>(Eventtype::kClock));
    CHECK(SystemMonotonicNow() >= began + 2 * kMillisecond);
    const uint64_t now = clock == Clockid::kRealtime ? RealtimeNow() : MonotonicNow(&host.table());
    events = Wait(&host, {Clock(clock, now + 2 * kMillisecond, kSubclockflagsAbstime)});
    CHECK(events.size() == 1);
    CHECK(SystemMonotonicNow() >= began + 4 * kMillisecond);
    CHECK(Wait(&host, {Clock(clock, 0, kSubclockflagsAbstime)}).size() == 1);
    CHECK(Wait(&host, {Clock(clock, 0)}).size() == 1);
  }
}

TEST_CASE("the earliest of several deadlines ends the wait, and only what is due is told") {
  Host host;
  host.Begin();
  Subscription later = Clock(Clockid::kMonotonic, kHour);
  later.userdata = 1;
  const std::vector<Event> events = Wait(&host, {later, Clock(Clockid::kMonotonic, kMillisecond)});
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 77);
  CHECK(host.table().record().clock.waiting_since_ns == 0);
}

TEST_CASE("a wait that began in another process ends when it would have") {
  Host host;
  host.Begin();
  // The state says that the guest began an hour ago to wait for an hour.
  host.table().Change().clock.waiting_since_ns = RealtimeNow() - kHour;
  host.Restart();
  CHECK(Wait(&host, {Clock(Clockid::kMonotonic, kHour - 1)}).size() == 1);
  CHECK(host.table().record().clock.waiting_since_ns == 0);
}

TEST_CASE("a descriptor is ready when something is there, or nobody is left to write") {
  Host host;
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  host.options.stdin_fd = fds[0];
  host.Begin();
  const std::vector<Subscription> wanted = {On(Eventtype::kFdRead, 0),
                                            Clock(Clockid::kMonotonic, kMillisecond)};
  std::vector<Event> events = Wait(&host, wanted);
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 77);
  REQUIRE(write(fds[1], "abc", 3) == 3);
  events = Wait(&host, {On(Eventtype::kFdRead, 0), Clock(Clockid::kMonotonic, kHour)});
  REQUIRE(events.size() == 1);
  CHECK(events[0].userdata == 1000);
  CHECK(events[0].nbytes == 3);
  CHECK(events[0].flags == 0);
  close(fds[1]);
  CHECK(host.Read(0) == "abc");
  events = Wait(&host, {On(Eventtype::kFdRead, 0)});
  REQUIRE(events.size() == 1);
  CHECK(events[0].flags == kEventrwflagsHangup);
  close(fds[0]);
}

TEST_CASE("files and output are always ready") {
  Host host;
  WriteFile(host.dir() + "/a", "12345");
  host.Begin();
  const uint32_t fd = host.Open("a");
  host.Read(fd, 2);
  const std::vector<Event> events =
      Wait(&host, {On(Eventtype::kFdWrite, 1), On(Eventtype::kFdRead, fd),
                   On(Eventtype::kFdWrite, fd), Clock(Clockid::kMonotonic, kHour)});
  REQUIRE(events.size() == 3);
  CHECK(events[1].nbytes == 3);
  for (const Event& event : events) CHECK(event.error == 0);
}

TEST_CASE("a wrong subscription is an event with its error") {
  Host host;
  host.Begin();
  const uint32_t deaf = host.Open("a", {.oflags = kOflagsCreat, .rights = kRightsFdRead});
  Subscription unknown = Clock(Clockid::kMonotonic, kHour);
  unknown.tag = 3;
  const std::vector<Event> events =
      Wait(&host, {On(Eventtype::kFdRead, 99), On(Eventtype::kFdRead, 1), unknown,
                   On(Eventtype::kFdRead, deaf), Clock(Clockid::kProcessCputimeId, 0),
                   Clock(Clockid{9}, 0), Clock(Clockid::kMonotonic, kHour, 2)});
  REQUIRE(events.size() == 7);
  CHECK(events[0].error == kBadf);
  CHECK(events[1].error == kNotcapable);
  CHECK(events[2].error == kInval);
  CHECK(events[3].error == kNotcapable);
  CHECK(events[4].error == kInval);
  CHECK(events[5].error == kInval);
  CHECK(events[6].error == kInval);
}

TEST_CASE("a poll for nothing, or for more than a table has, is refused") {
  Host host;
  host.Begin();
  CHECK(PERDURE_WASI(poll_oneoff)(host.get(), kIn, kOut, 0, kCount) == kInval);
  CHECK(PERDURE_WASI(poll_oneoff)(host.get(), kIn, kOut, 0xffffffff, kCount) == kFault);
  CHECK(PERDURE_WASI(poll_oneoff)(host.get(), 0, 0, 1300, kCount) == kSuccess);
}

}  // namespace
}  // namespace perdure::wasi
