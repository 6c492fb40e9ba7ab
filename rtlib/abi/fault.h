// One handler for SIGSEGV and SIGBUS, shared by everything that faults on purpose.
//
// Order in which a fault at an address is offered:
//   1. the write-tracking hook of the region that contains it (track/): may make the
//      chunk writable and have the instruction run again;
//   2. guest memory reservations: an out-of-bounds trap;
//   3. the guest stack's guard: a call-stack-exhausted trap;
//   4. whatever handler was installed before ours (a real bug must still crash as it always did).
// The handler runs on an alternate signal stack, allocates nothing and takes no lock.
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

}  // namespace perdure::abi
