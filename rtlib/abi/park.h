// Parking: leaving a guest in the middle of a host call, and coming back to it.
//
//             ParkGuest                     ReenterGuest(kGoOn)
//   RUNNING ─────────────► PARKED ───────────────────────────────────────────────► RUNNING
//                            │                                                        ▲
//                            │ SaveGuestStack                                         │
//                            │ ReenterGuest(kUnwind): captures its frames, returns    │
//                            ▼                                                        │
//                          UNWOUND ── RestoreGuestStack ──► PARKED ── (kGoOn) ────────┘
//
// Frames that were captured could be entered again only through resume functions, which are slow to
// enter and cold. So in the process that captured them the guest goes on with its own native stack:
// its bytes are copied aside before the guest unwinds, and put back after. ParkGuest then returns
// a second time, in a stack that looks as it did the first time; callee-saved registers are among
// those bytes (stack_switch.h). Whatever the native stack points to lies on it, at the same
// address, or outlives the unwinding: jump buffers of `try` blocks do the former, guest memory the
// latter.
//
// Rejected: setjmp/longjmp, which the compiler must be told of (every local of the caller volatile)
// and which cannot bring back the callers' bytes. Rejected: a second stack to unwind on, which
// would need every pointer into the stack to be moved.
//
// Threads: of the calling thread's guest.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

#include "rtlib/abi/guest_call.h"
#include "wasm-rt-exceptions.h"

namespace perdure::abi {

enum class ParkReply : uint8_t {
  kGoOn,
  kUnwind,  // perdure_capturing is set: return at once
};

// Ends RunGuest or ReenterGuest with kParked; returns what the next ReenterGuest says. Callable
// from host functions, which must hold nothing that must not happen twice.
ParkReply ParkGuest();

// REQUIRES: the guest is parked.
GuestEnd ReenterGuest(ParkReply reply);

// A guest that is parked, if one is, will not be entered again.
void AbandonGuest();

struct ActiveException {
  wasm_rt_tag_t tag = nullptr;
  uint32_t size = 0;
  const void* values = nullptr;
};

// The native stack of a parked guest and its exception state.
class ParkedStack {
 public:
  // False if there is no memory for it. REQUIRES: the guest is parked.
  bool Save();
  // The guest is parked again where Save() found it. REQUIRES: Save() succeeded, on this thread,
  // and no other guest code has run than that which was parked.
  void Restore() const;
  // The active exception when it was saved; a null tag: there was none.
  ActiveException exception() const;

 private:
  // A stack is deep once and shallow for ever after: more than this is not kept for the next Save.
  static constexpr size_t kKeptBytes = size_t{4} << 20;

  std::unique_ptr<uint8_t[]> bytes_;
  size_t capacity_ = 0;
  size_t size_ = 0;
  void* parked_stack_ = nullptr;
  wasm_rt_jmp_buf* unwind_target_ = nullptr;
  wasm_rt_tag_t exception_tag_ = nullptr;
  std::string exception_;
};

}  // namespace perdure::abi
