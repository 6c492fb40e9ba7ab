// clock_*: the wall clock, and a monotonic clock made for programs that outlive their process.
//
// The system's monotonic clock starts again at every boot, so a guest that kept a reading in its
// state would see time run backwards after a reboot or a move to another machine. Ours is the wall
// clock as it was at the first reading in this process plus the system's monotonic time since then:
// it never goes back while the process lives, and goes on across processes as far as the wall clock
// can be trusted. Rejected: persisting an offset; it would make every reading a change of the
// state.
#include <ctime>

#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {
namespace {

uint64_t Nanoseconds(const timespec& time) {
  return static_cast<uint64_t>(time.tv_sec) * 1000000000u + static_cast<uint64_t>(time.tv_nsec);
}

uint64_t Now(clockid_t id) {
  timespec now = {};
  clock_gettime(id, &now);
  return Nanoseconds(now);
}

uint64_t MonotonicNow() {
  static const uint64_t offset = Now(CLOCK_REALTIME) - Now(CLOCK_MONOTONIC);
  return Now(CLOCK_MONOTONIC) + offset;
}

bool SystemClock(uint32_t id, clockid_t* system_id) {
  switch (static_cast<Clockid>(id)) {
    case Clockid::kRealtime:
      *system_id = CLOCK_REALTIME;
      return true;
    case Clockid::kMonotonic:
      *system_id = CLOCK_MONOTONIC;
      return true;
    case Clockid::kProcessCputimeId:
      *system_id = CLOCK_PROCESS_CPUTIME_ID;
      return true;
    case Clockid::kThreadCputimeId:
      *system_id = CLOCK_THREAD_CPUTIME_ID;
      return true;
  }
  return false;
}

Errno PutTime(perdure_host* host, uint32_t address, uint64_t nanoseconds) {
  return Store(host, address, nanoseconds) ? Errno::kSuccess : Errno::kFault;
}

Errno PutResolution(perdure_host* host, uint32_t id, uint32_t address) {
  clockid_t system_id;
  if (!SystemClock(id, &system_id)) return Errno::kInval;
  timespec step = {};
  clock_getres(system_id, &step);
  return PutTime(host, address, Nanoseconds(step));
}

Errno PutNow(perdure_host* host, uint32_t id, uint32_t address) {
  clockid_t system_id;
  if (!SystemClock(id, &system_id)) return Errno::kInval;
  return PutTime(host, address, system_id == CLOCK_MONOTONIC ? MonotonicNow() : Now(system_id));
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(clock_res_get)(perdure_host* host, uint32_t id, uint32_t resolution) {
  return static_cast<uint32_t>(perdure::wasi::PutResolution(host, id, resolution));
}

uint32_t PERDURE_WASI(clock_time_get)(perdure_host* host, uint32_t id, uint64_t /*precision*/,
                                      uint32_t time) {
  return static_cast<uint32_t>(perdure::wasi::PutNow(host, id, time));
}
