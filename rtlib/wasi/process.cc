// proc_exit, proc_raise, sched_yield.
#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/guest_thread.h"
#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/functions.h"

namespace perdure::wasi {
namespace {

// By the numbers of typenames.witx: what the event ends with, NULL for a signal that does nothing
// unless somebody waits for it. A guest cannot have asked for another action.
constexpr const char* kSignals[] = {
    nullptr,  // none
    "the guest raised signal HUP",
    "the guest raised signal INT",
    "the guest raised signal QUIT",
    "the guest raised signal ILL",
    "the guest raised signal TRAP",
    "the guest raised signal ABRT",
    "the guest raised signal BUS",
    "the guest raised signal FPE",
    "the guest raised signal KILL",
    "the guest raised signal USR1",
    "the guest raised signal SEGV",
    "the guest raised signal USR2",
    "the guest raised signal PIPE",
    "the guest raised signal ALRM",
    "the guest raised signal TERM",
    nullptr,  // CHLD
    nullptr,  // CONT
    "the guest raised signal STOP",
    "the guest raised signal TSTP",
    "the guest raised signal TTIN",
    "the guest raised signal TTOU",
    nullptr,  // URG
    "the guest raised signal XCPU",
    "the guest raised signal XFSZ",
    "the guest raised signal VTALRM",
    "the guest raised signal PROF",
    nullptr,  // WINCH
    "the guest raised signal POLL",
    "the guest raised signal PWR",
    "the guest raised signal SYS",
};

Errno Raise(uint32_t signal) {
  if (signal >= sizeof kSignals / sizeof kSignals[0]) return Errno::kInval;
  if (kSignals[signal] != nullptr) abi::TrapGuest(kSignals[signal]);
  return Errno::kSuccess;
}

}  // namespace
}  // namespace perdure::wasi

// The event ends here and commits: leaving is an outcome of the guest's, not a failure.
void PERDURE_WASI(proc_exit)(perdure_host* /*host*/, uint32_t status) {
  perdure::abi::ExitGuest(status);
}

// What would end a process ends the event, as a trap: the signal is the guest's own doing.
uint32_t PERDURE_WASI(proc_raise)(perdure_host* /*host*/, uint32_t signal) {
  perdure::abi::RequireHostStack();
  return Number(perdure::wasi::Raise(signal));
}

uint32_t PERDURE_WASI(sched_yield)(perdure_host* /*host*/) {
  // An instance has one thread; there is nobody to yield to.
  return Number(perdure::wasi::Errno::kSuccess);
}
