// GuestThread: what a thread needs to run generated code, made at its first RunGuest.
//
// One mapping holds all of it, lowest address first:
//
//     guard | room for a wider stack | stack, growing down | signal stack | this struct
//
// so that a fault handler can reach everything through one thread-local pointer.
#pragma once

#include <cstddef>
#include <cstdint>

#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/park.h"
#include "wasm-rt-exceptions.h"

namespace perdure::abi {

// Larger than any frame a compiler makes of one function's locals, so that no frame steps over it.
inline constexpr uint64_t kGuestGuardBytes = uint64_t{16} << 20;
// Left for host functions: below this much stack a host function traps on entry, before it can run
// out inside the C library with a lock held.
inline constexpr uint64_t kHostStackBytes = uint64_t{256} << 10;
inline constexpr size_t kMaxTrapMessage = 255;

struct GuestThread {
  uint8_t* mapping = nullptr;  // the guard begins here
  size_t mapping_bytes = 0;
  uint8_t* stack_low = nullptr;  // no access below
  uint8_t* stack_top = nullptr;
  bool owns_signal_stack = false;

  bool running = false;        // between entry and exit of RunGuest
  void* host_stack = nullptr;  // for perdure_leave_guest
  void (*function)(void*) = nullptr;
  void* argument = nullptr;

  // Where a parked guest stands on its stack; nullptr: none is parked. And what it is told next.
  void* parked_stack = nullptr;
  ParkReply reply = ParkReply::kGoOn;

  // How the run ended, if not by returning.
  GuestEnd::Kind kind = GuestEnd::Kind::kReturned;
  wasm_rt_trap_t trap = WASM_RT_TRAP_NONE;
  uint32_t exit_status = 0;
  char message[kMaxTrapMessage + 1] = {};

  // The active exception and where it will land.
  wasm_rt_jmp_buf* unwind_target = nullptr;
  wasm_rt_tag_t exception_tag = nullptr;
  uint32_t exception_size = 0;
  // Not initialised: pages that no exception fills are never touched.
  alignas(16) uint8_t exception_values[WASM_RT_MAX_EXCEPTION_SIZE];

  // Where AddressSanitizer is to believe the host's stack is.
  const void* sanitizer_host_bottom = nullptr;
  size_t sanitizer_host_bytes = 0;
};

// This thread's, or nullptr before its first RunGuest. Async-signal-safe.
GuestThread* CurrentGuestThread();

// This thread's, made if need be; nullptr if the system has no address space for it (errno says
// why). Unmapped when the thread ends.
GuestThread* EnsureGuestThread();

// Runs the guest from where `thread` says, parked or from the start, to its end or until it parks.
GuestEnd EnterGuest(GuestThread* thread);

// This thread's, which must be running guest code; aborts with `who` in the message otherwise.
GuestThread& RunningGuestThread(const char* who);

// Bytes of stack, accessible or not yet touched.
inline size_t StackBytes(const GuestThread& thread) {
  return static_cast<size_t>(thread.stack_top - thread.stack_low);
}

// Hands the pages that a deep recursion touched back to the system, keeping the uppermost few.
// REQUIRES: not running.
void ReleaseDeepStack(GuestThread* thread);

// Traps with call-stack exhaustion unless kHostStackBytes of the guest's stack are left. Called on
// entry of host functions; no-op outside RunGuest.
void RequireHostStack();

}  // namespace perdure::abi
