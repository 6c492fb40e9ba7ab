// clock_*: the wall clock, and clocks made for programs that outlive their process.
//
// The system's monotonic clock starts again at every boot, so a guest that kept a reading in its
// state would see time run backwards after a reboot or a move to another machine. Ours is the wall
// clock as it was at the first reading in this process plus the system's monotonic time since then,
// but never below the floor that the state remembers:
//
//     reading = max(wall clock at start + time since then, floor of the state)
//
// The floor is not the last reading, which would make every event that looks at the clock a change
// of the state, but a bound above it, moved kFloorStepNs at a time. So a process that starts within
// that step of the last one, or on a machine whose clock is behind, is put ahead by as much as the
// floor is ahead; time spent between processes otherwise passes on this clock as on the wall.
//
// The processor's time of earlier processes is added to that of this one.
#include "rtlib/wasi/clock.h"

#include <ctime>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;
constexpr uint64_t kFloorStepNs = kNsPerSecond;

uint64_t Nanoseconds(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t Now(clockid_t id) {
  timespec now = {};
  clock_gettime(id, &now);
  return Nanoseconds(now);
}

// The processor's time of earlier processes is what the first reading in this one adds.
uint64_t CpuNow(HostTable* table) {
  const uint64_t here = Now(CLOCK_PROCESS_CPUTIME_ID);
  if (!table->cpu_base_ns.has_value()) table->cpu_base_ns = table->record().clock.cpu_ns;
  const uint64_t now = *table->cpu_base_ns + here;
  table->Change().clock.cpu_ns = now;
  return now;
}

Errno GetResolution(perdure_host* host, uint32_t id, uint32_t address) {
  clockid_t system_id;
  switch (Clockid{id}) {
    case Clockid::kRealtime:
      system_id = CLOCK_REALTIME;
      break;
    case Clockid::kMonotonic:
      system_id = CLOCK_MONOTONIC;
      break;
    case Clockid::kProcessCputimeId:
    case Clockid::kThreadCputimeId:
      system_id = CLOCK_PROCESS_CPUTIME_ID;
      break;
    default:
      return Errno::kInval;
  }
  timespec step = {};
  clock_getres(system_id, &step);
  return Store(host, address, Nanoseconds(step)) ? Errno::kSuccess : Errno::kFault;
}

Errno GetTime(perdure_host* host, uint32_t id, uint32_t address) {
  if (id > static_cast<uint32_t>(Clockid::kThreadCputimeId)) return Errno::kInval;
  void* view = View(host, address, sizeof(uint64_t), PERDURE_WRITE);
  if (view == nullptr) return Errno::kFault;
  host->live_table->ReachOutside();
  uint64_t now = 0;
  switch (Clockid{id}) {
    case Clockid::kRealtime:
      now = RealtimeNow();
      break;
    case Clockid::kMonotonic:
      now = MonotonicNow(host->live_table);
      break;
    case Clockid::kProcessCputimeId:
    case Clockid::kThreadCputimeId:  // an instance has one thread
      now = CpuNow(host->live_table);
      break;
  }
  std::memcpy(view, &now, sizeof now);
  return Errno::kSuccess;
}

}  // namespace

uint64_t RealtimeNow() { return Now(CLOCK_REALTIME); }

uint64_t SystemMonotonicNow() { return Now(CLOCK_MONOTONIC); }

uint64_t MonotonicNow(HostTable* table) {
  const uint64_t floor = table->record().clock.monotonic_floor_ns;
  const uint64_t system = SystemMonotonicNow();
  if (!table->monotonic_offset_ns.has_value()) {
    const uint64_t wall = RealtimeNow();
    table->monotonic_offset_ns = (wall < floor ? floor : wall) - system;
  }
  const uint64_t now = system + *table->monotonic_offset_ns;
  if (now >= floor) table->Change().clock.monotonic_floor_ns = now + kFloorStepNs;
  return now;
}

}  // namespace perdure::wasi

uint32_t PERDURE_WASI(clock_res_get)(perdure_host* host, uint32_t id, uint32_t resolution) {
  return Number(perdure::wasi::GetResolution(host, id, resolution));
}

uint32_t PERDURE_WASI(clock_time_get)(perdure_host* host, uint32_t id, uint64_t /*precision*/,
                                      uint32_t time) {
  return Number(perdure::wasi::GetTime(host, id, time));
}
