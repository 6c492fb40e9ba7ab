#include "wasm-rt-exceptions.h"

#include <cstring>

#include "rtlib/abi/guest_thread.h"
#include "rtlib/base/check.h"

namespace {

perdure::abi::GuestThread& Thread() {
  return perdure::abi::RunningGuestThread("a wasm exception outside of RunGuest");
}

}  // namespace

void wasm_rt_load_exception(wasm_rt_tag_t tag, uint32_t size, const void* values) {
  perdure::abi::GuestThread& thread = Thread();
  if (size > WASM_RT_MAX_EXCEPTION_SIZE) {
    perdure::abi::TrapGuest("an exception carries more values than this runtime supports");
  }
  thread.exception_tag = tag;
  thread.exception_size = size;
  if (size != 0) std::memmove(thread.exception_values, values, size);
}

void wasm_rt_throw(void) {
  perdure::abi::GuestThread& thread = Thread();
  wasm_rt_jmp_buf* target = thread.unwind_target;
  if (target == nullptr) wasm_rt_trap(WASM_RT_TRAP_UNCAUGHT_EXCEPTION);
  PERDURE_CHECK(target->initialized, "an unwind target was used twice");
  target->initialized = false;
  longjmp(target->buffer, 1);
}

WASM_RT_UNWIND_TARGET* wasm_rt_get_unwind_target(void) { return Thread().unwind_target; }
void wasm_rt_set_unwind_target(WASM_RT_UNWIND_TARGET* target) { Thread().unwind_target = target; }
wasm_rt_tag_t wasm_rt_exception_tag(void) { return Thread().exception_tag; }
uint32_t wasm_rt_exception_size(void) { return Thread().exception_size; }
void* wasm_rt_exception(void) { return Thread().exception_values; }
