// RunGuest: the only door into generated code.
//
//   OUTSIDE --RunGuest--> RUNNING --return--------------------------> OUTSIDE (kReturned)
//                           |-- wasm_rt_trap, TrapGuest, ExitGuest --> OUTSIDE (kTrapped, kExited)
//                           |-- fault: handler sets the registers ---> OUTSIDE (kTrapped)
//                           |-- ParkGuest ---------------------------> PARKED (kParked)
//                           \------------------------ ReenterGuest --- PARKED
//
// All ways out go through perdure_leave_guest or the return that it imitates, so they leave the
// thread in the same condition: host stack, callee-saved registers, floating-point control. A fault
// differs only in who jumps: the handler records the trap in the GuestThread, points the
// interrupted context at perdure_leave_guest and returns, and the kernel itself restores the signal
// mask and leaves the alternate stack. Nothing has to be unblocked by hand and no handler frame is
// abandoned.
//
// Invariants
//  (1) GuestThread::running is true exactly while guest frames (or host functions they called) are
//      on the guest's stack and not parked.
//  (2) At the start of a run there is no active exception and no unwind target: a run that was cut
//      off inside a `try` leaves nothing behind that a later `throw` could jump to.
//  (3) Every reason is recorded before the jump; RunGuest only reports.
#include "rtlib/abi/guest_call.h"

#include <errno.h>

#include <cstring>
#include <utility>

#include "rtlib/abi/fault_handler.h"
#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/sanitizer.h"
#include "rtlib/abi/stack_switch.h"
#include "rtlib/base/check.h"

namespace perdure::abi {

namespace {

[[noreturn]] void Leave(GuestThread* thread) { perdure_leave_guest(thread->host_stack); }

void OnGuestStack(void* argument) {
  auto* thread = static_cast<GuestThread*>(argument);
  SanitizerArrived(&thread->sanitizer_host_bottom, &thread->sanitizer_host_bytes);
  thread->function(thread->argument);
}

void Reset(GuestThread* thread) {
  thread->kind = GuestEnd::Kind::kReturned;
  thread->trap = WASM_RT_TRAP_NONE;
  thread->exit_status = 0;
  thread->message[0] = '\0';
  thread->unwind_target = nullptr;
  thread->exception_tag = nullptr;
  thread->exception_size = 0;
}

// Bytes of `text` that fit into `limit` without cutting a UTF-8 sequence in two.
size_t WholeCharacters(const char* text, size_t limit) {
  size_t length = strnlen(text, limit + 1);
  if (length <= limit) return length;
  length = limit;
  while (length > 0 && (static_cast<unsigned char>(text[length]) & 0xc0) == 0x80) --length;
  return length;
}

GuestEnd NoStack() {
  GuestEnd end;
  end.kind = GuestEnd::Kind::kTrapped;
  end.trap = WASM_RT_TRAP_EXHAUSTION;
  end.message = "cannot map the guest's call stack: ";
  end.message += strerror(errno);
  return end;
}

}  // namespace

bool ReserveGuestStack() { return EnsureGuestThread() != nullptr; }

GuestEnd EnterGuest(GuestThread* thread) {
  thread->kind = GuestEnd::Kind::kReturned;
  void* fake_stack = nullptr;
  SanitizerLeaving(&fake_stack, thread->stack_low, StackBytes(*thread));
  thread->running = true;  // (1)
  void* parked = std::exchange(thread->parked_stack, nullptr);
  if (parked == nullptr) {
    perdure_enter_guest(OnGuestStack, thread, thread->stack_top, &thread->host_stack);
  } else {
    perdure_reenter_guest(parked, &thread->host_stack);
  }
  thread->running = false;
  SanitizerLeaving(nullptr, thread->sanitizer_host_bottom, thread->sanitizer_host_bytes);
  SanitizerReturned(fake_stack);

  GuestEnd end;
  end.kind = thread->kind;
  end.trap = thread->trap;
  end.exit_status = thread->exit_status;
  if (end.kind == GuestEnd::Kind::kReturned || end.kind == GuestEnd::Kind::kParked) return end;
  SanitizerForgetFrames(thread->stack_low, StackBytes(*thread));
  if (end.kind == GuestEnd::Kind::kTrapped) {
    end.message = thread->message[0] != '\0' ? thread->message : wasm_rt_strerror(thread->trap);
  }
  if (end.trap == WASM_RT_TRAP_EXHAUSTION) ReleaseDeepStack(thread);
  return end;
}

GuestEnd RunGuest(void (*function)(void* argument), void* argument, HandlerCheck check) {
  if (check == HandlerCheck::kMake) InstallFaultHandler();
  GuestThread* thread = EnsureGuestThread();
  if (thread == nullptr) return NoStack();
  PERDURE_CHECK(!thread->running, "guest code entered from a host function");
  PERDURE_CHECK(thread->parked_stack == nullptr, "a guest entered while another is parked");
  Reset(thread);
  thread->function = function;
  thread->argument = argument;
  return EnterGuest(thread);
}

void ExitGuest(uint32_t status) {
  GuestThread& thread = RunningGuestThread("an exit outside of RunGuest");
  thread.kind = GuestEnd::Kind::kExited;
  thread.exit_status = status;
  Leave(&thread);
}

void TrapGuest(const char* message) {
  GuestThread& thread = RunningGuestThread(message);
  const size_t length = WholeCharacters(message, kMaxTrapMessage);
  std::memcpy(thread.message, message, length);
  thread.message[length] = '\0';
  thread.kind = GuestEnd::Kind::kTrapped;
  Leave(&thread);
}

}  // namespace perdure::abi

void wasm_rt_trap(wasm_rt_trap_t trap) {
  perdure::abi::GuestThread& thread = perdure::abi::RunningGuestThread(wasm_rt_strerror(trap));
  thread.kind = perdure::abi::GuestEnd::Kind::kTrapped;
  thread.trap = trap;
  perdure::abi::Leave(&thread);
}

const char* wasm_rt_strerror(wasm_rt_trap_t trap) {
  switch (trap) {
    case WASM_RT_TRAP_NONE:
      return "no trap";
    case WASM_RT_TRAP_OOB:
      return "out of bounds memory access";
    case WASM_RT_TRAP_INT_OVERFLOW:
      return "integer overflow";
    case WASM_RT_TRAP_DIV_BY_ZERO:
      return "integer divide by zero";
    case WASM_RT_TRAP_INVALID_CONVERSION:
      return "invalid conversion to integer";
    case WASM_RT_TRAP_UNREACHABLE:
      return "unreachable";
    case WASM_RT_TRAP_CALL_INDIRECT:
      return "indirect call type mismatch";
    case WASM_RT_TRAP_UNCAUGHT_EXCEPTION:
      return "uncaught exception";
    case WASM_RT_TRAP_UNALIGNED:
      return "unaligned atomic";
    case WASM_RT_TRAP_NULL_REF:
      return "null reference";
    case WASM_RT_TRAP_EXHAUSTION:
      return "call stack exhausted";
    case WASM_RT_TRAP_OOB_TABLE:
      return "out of bounds table access";
    case WASM_RT_TRAP_UNDEFINED_ELEMENT:
      return "undefined element";
    case WASM_RT_TRAP_UNINITIALIZED_ELEMENT:
      return "uninitialized element";
  }
  return "unknown trap";
}

void wasm_rt_init(void) {}
bool wasm_rt_is_initialized(void) { return true; }
void wasm_rt_free(void) {}
void wasm_rt_init_thread(void) {}
void wasm_rt_free_thread(void) {}
