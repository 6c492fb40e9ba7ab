// One handler for SIGSEGV and SIGBUS, shared by everything that faults on purpose.
//
// Order in which a fault at an address is offered:
//   1. the load hook of the region that contains it (track/missing_pages.h): may put the page there
//      and have the instruction run again, or give up and have the guest abandoned;
//   2. the write-tracking hook of the region that contains it (track/): may make the
//      chunk writable and have the instruction run again;
//   3. guest memory reservations: an out-of-bounds trap;
//   4. the guest stack's guard: a call-stack-exhausted trap;
//   5. whatever handler was installed before ours (a real bug must still crash as it always did).
// The handler runs on an alternate signal stack and, but for load hooks, allocates nothing and
// takes no lock.
// Installed by the first RunGuest or SetWriteHook, and again by a later one that finds it
// displaced.
#pragma once

#include <cstdint>

#include "perdure/status.h"

namespace perdure::abi {

// Returns true if the fault is dealt with and the instruction may run again. Async-signal context.
using WriteHook = bool (*)(void* context, uintptr_t address);

// Offers faults in [begin, end) to `hook` first. At most kMaxWriteHooks regions at a time per
// process.
inline constexpr int kMaxWriteHooks = 256;
Status SetWriteHook(uintptr_t begin, uintptr_t end, WriteHook hook, void* context);
void ClearWriteHook(uintptr_t begin);

enum class LoadResult : uint8_t {
  kNotMissing,  // the fault means something else
  kLoaded,      // the instruction may run again
  kFailed,      // the guest traps with kLoadFailedMessage; outside of it the process ends
};
// Runs on the signal stack, but as ordinary code: the fault is one of an instruction that touches
// guest memory, so nothing is interrupted that holds a lock.
using LoadHook = LoadResult (*)(void* context, uintptr_t address);

inline constexpr char kLoadFailedMessage[] = "memory could not be loaded";
// At most kMaxWriteHooks regions at a time per process.
Status SetLoadHook(uintptr_t begin, uintptr_t end, LoadHook hook, void* context);
void ClearLoadHook(uintptr_t begin);

}  // namespace perdure::abi
