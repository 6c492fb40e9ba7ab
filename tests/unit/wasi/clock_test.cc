#include "rtlib/wasi/clock.h"

#include <catch2/catch.hpp>
#include <ctime>

#include "tests/unit/wasi/wasi_host.h"

namespace perdure::wasi {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kYearNs = 365 * 86400 * kNsPerSecond;

uint64_t Read(Host* host, Clockid clock) {
  REQUIRE(PERDURE_WASI(clock_time_get)(host->get(), static_cast<uint32_t>(clock), 0, 8) ==
          kSuccess);
  return host->Get64(8);
}

TEST_CASE("the clocks tell the time, and unknown ones are refused") {
  Host host;
  host.Begin();
  const auto now = static_cast<uint64_t>(time(nullptr));
  for (const Clockid clock : {Clockid::kRealtime, Clockid::kMonotonic}) {
    const uint64_t told = Read(&host, clock) / kNsPerSecond;
    CHECK(told >= now - 5);
    CHECK(told <= now + 60);
  }
  for (uint32_t clock : {0u, 1u, 2u, 3u}) {
    REQUIRE(PERDURE_WASI(clock_res_get)(host.get(), clock, 8) == kSuccess);
    CHECK(host.Get64(8) > 0);
    CHECK(PERDURE_WASI(clock_time_get)(host.get(), clock, 0, 8) == kSuccess);
  }
  for (uint32_t clock : {4u, 0xffffffffu}) {
    CHECK(PERDURE_WASI(clock_time_get)(host.get(), clock, 0, 8) == kInval);
    CHECK(PERDURE_WASI(clock_res_get)(host.get(), clock, 8) == kInval);
  }
}

TEST_CASE("the monotonic clock never goes back, from process to process") {
  Host host;
  host.Begin();
  uint64_t before = 0;
  for (int process = 0; process < 5; ++process) {
    for (int i = 0; i < 200; ++i) {
      const uint64_t now = Read(&host, Clockid::kMonotonic);
      REQUIRE(now >= before);
      before = now;
    }
    host.Restart();
  }
}

TEST_CASE("on a machine whose clock is behind, the monotonic clock goes on from its floor") {
  Host host;
  host.Begin();
  const uint64_t floor = RealtimeNow() + kYearNs;
  host.table().Change().clock.monotonic_floor_ns = floor;
  host.Restart();
  const uint64_t first = Read(&host, Clockid::kMonotonic);
  CHECK(first >= floor);
  CHECK(first < floor + 3600 * kNsPerSecond);
  CHECK(Read(&host, Clockid::kMonotonic) >= first);
}

TEST_CASE("readings within one step of the floor change nothing") {
  Host host;
  host.Begin();
  Read(&host, Clockid::kMonotonic);
  host.table().Change().clock.monotonic_floor_ns += kYearNs;
  host.Commit();
  for (int i = 0; i < 1000; ++i) Read(&host, Clockid::kMonotonic);
  CHECK(!host.table().changed());
  Read(&host, Clockid::kRealtime);
  CHECK(!host.table().changed());
}

TEST_CASE("the processor's time of earlier processes is counted") {
  Host host;
  host.Begin();
  host.table().Change().clock.cpu_ns = 5000 * kNsPerSecond;
  host.Restart();
  const uint64_t first = Read(&host, Clockid::kProcessCputimeId);
  CHECK(first >= 5000 * kNsPerSecond);
  host.Restart();
  CHECK(Read(&host, Clockid::kThreadCputimeId) >= first);
}

TEST_CASE("whatever a state says of the clock, there is a time") {
  Host host;
  host.Begin();
  host.table().Change().clock = {UINT64_MAX, UINT64_MAX, UINT64_MAX};
  host.Restart();
  Read(&host, Clockid::kMonotonic);
  Read(&host, Clockid::kProcessCputimeId);
}

}  // namespace
}  // namespace perdure::wasi
