// RunGuest: enter generated code so that every way out of it is a value.
//
// The function runs on a stack of its own (kGuestStackBytes of address space, with a guard), on the
// calling thread, with the fault handler installed. It ends by returning, by a trap (wasm_rt_trap,
// a memory fault in a guest memory's reservation, the stack guard = call stack exhaustion,
// perdure_trap, an uncaught wasm exception), or by perdure::abi::ExitGuest (proc_exit). All of the
// latter abandon the frames between as longjmp would: none of them may hold a lock or a pending
// destructor.
// Not re-entrant: a host function may not RunGuest on the same thread.
//
// A host function may also park the guest (park.h): RunGuest then gives kParked, and ReenterGuest
// goes on where it was parked.
#pragma once

#include <cstdint>
#include <string>

#include "wasm-rt.h"

namespace perdure::abi {

inline constexpr uint64_t kGuestStackBytes = uint64_t{256} << 20;

struct GuestEnd {
  enum class Kind : uint8_t { kReturned, kTrapped, kExited, kParked } kind = Kind::kReturned;
  wasm_rt_trap_t trap = WASM_RT_TRAP_NONE;  // kTrapped; NONE if a host function trapped
  std::string message;                      // kTrapped: for a person
  uint32_t exit_status = 0;                 // kExited
};

// Maps this thread's guest stack, as the first RunGuest otherwise does. False, with errno, if there
// is no address space for it.
bool ReserveGuestStack();

// More of it, for frames that take more room than when they were captured: resume functions are
// larger than hot ones, and another build's frames larger still. For the rest of the thread's life.
// Without effect if the system has no memory for it. Not while a guest is running or parked.
inline constexpr uint64_t kResumeStackBytes = uint64_t{1} << 30;
void WidenGuestStack();

// Whether RunGuest sees to it that our fault handler is the first (two system calls), or relies on
// its having done so moments ago.
enum class HandlerCheck : bool { kSkip, kMake };

GuestEnd RunGuest(void (*function)(void* argument), void* argument,
                  HandlerCheck check = HandlerCheck::kMake);

// Ends the running RunGuest with kExited. Callable from host functions only.
[[noreturn]] void ExitGuest(uint32_t status);
// Ends the running RunGuest with kTrapped and this message (copied, cut at 255 bytes).
[[noreturn]] void TrapGuest(const char* message);

}  // namespace perdure::abi
