#include "rtlib/abi/park.h"

#include <algorithm>
#include <cstring>
#include <new>

#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/sanitizer.h"
#include "rtlib/abi/stack_switch.h"
#include "rtlib/base/check.h"

#if defined(PERDURE_ASAN)
// Locals kept on a heap beside the stack would be gone when the stack's bytes are put back.
extern "C" const char* __asan_default_options() { return "detect_stack_use_after_return=0"; }
#endif

namespace perdure::abi {
namespace {

GuestThread& ParkedThread() {
  GuestThread* thread = CurrentGuestThread();
  PERDURE_CHECK(thread != nullptr && thread->parked_stack != nullptr, "no guest is parked");
  return *thread;
}

size_t BytesAbove(const GuestThread& thread, const void* stack) {
  return static_cast<size_t>(thread.stack_top - static_cast<const uint8_t*>(stack));
}

}  // namespace

ParkReply ParkGuest() {
  GuestThread& thread = RunningGuestThread("a guest parked outside of RunGuest");
  thread.kind = GuestEnd::Kind::kParked;
  perdure_park_guest(&thread.parked_stack, thread.host_stack);
  SanitizerArrived(&thread.sanitizer_host_bottom, &thread.sanitizer_host_bytes);
  return thread.reply;
}

GuestEnd ReenterGuest(ParkReply reply) {
  GuestThread& thread = ParkedThread();
  thread.reply = reply;
  return EnterGuest(&thread);
}

void AbandonGuest() {
  GuestThread* thread = CurrentGuestThread();
  if (thread == nullptr || thread->parked_stack == nullptr) return;
  SanitizerForgetFrames(thread->stack_low, StackBytes(*thread));
  thread->parked_stack = nullptr;
}

bool ParkedStack::Save() {
  const GuestThread& thread = ParkedThread();
  size_ = BytesAbove(thread, thread.parked_stack);
  if (size_ > capacity_ || capacity_ > std::max(kKeptBytes, 4 * size_)) {
    bytes_.reset(new (std::nothrow) uint8_t[size_]);
    capacity_ = bytes_ == nullptr ? 0 : size_;
    if (bytes_ == nullptr) return false;
  }
  SanitizerForgetFrames(thread.parked_stack, size_);
  std::memcpy(bytes_.get(), thread.parked_stack, size_);
  parked_stack_ = thread.parked_stack;
  unwind_target_ = thread.unwind_target;
  exception_tag_ = thread.exception_tag;
  exception_.assign(reinterpret_cast<const char*>(thread.exception_values), thread.exception_size);
  return true;
}

void ParkedStack::Restore() const {
  GuestThread* thread = CurrentGuestThread();
  PERDURE_CHECK(thread != nullptr && !thread->running && parked_stack_ != nullptr &&
                    size_ == BytesAbove(*thread, parked_stack_),
                "the stack of another guest");
  SanitizerForgetFrames(parked_stack_, size_);
  std::memcpy(parked_stack_, bytes_.get(), size_);
  thread->parked_stack = parked_stack_;
  thread->unwind_target = unwind_target_;
  thread->exception_tag = exception_tag_;
  thread->exception_size = static_cast<uint32_t>(exception_.size());
  std::memcpy(thread->exception_values, exception_.data(), exception_.size());
}

ActiveException ParkedStack::exception() const {
  return {exception_tag_, static_cast<uint32_t>(exception_.size()), exception_.data()};
}

}  // namespace perdure::abi
