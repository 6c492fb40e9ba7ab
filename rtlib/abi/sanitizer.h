// What AddressSanitizer has to be told about stack switches and abandoned frames.
#pragma once

#include <cstddef>

#if defined(__SANITIZE_ADDRESS__)
#define PERDURE_ASAN 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define PERDURE_ASAN 1
#endif
#endif

#if defined(PERDURE_ASAN)
#include <sanitizer/asan_interface.h>
#include <sanitizer/common_interface_defs.h>
#endif

namespace perdure::abi {

#if defined(PERDURE_ASAN)

// About to switch to the stack [low, low + bytes). With `fake_stack` null the stack left is dead.
inline void SanitizerLeaving(void** fake_stack, const void* low, size_t bytes) {
  __sanitizer_start_switch_fiber(fake_stack, low, bytes);
}
// First thing on the new stack; stores where the old one is.
inline void SanitizerArrived(const void** old_low, size_t* old_bytes) {
  __sanitizer_finish_switch_fiber(nullptr, old_low, old_bytes);
}
// Back on the old stack.
inline void SanitizerReturned(void* fake_stack) {
  __sanitizer_finish_switch_fiber(fake_stack, nullptr, nullptr);
}
// The frames on this stack were abandoned, and their red zones with them.
inline void SanitizerForgetFrames(const void* low, size_t bytes) {
  __asan_unpoison_memory_region(low, bytes);
}

#else

inline void SanitizerLeaving(void**, const void*, size_t) {}
inline void SanitizerArrived(const void**, size_t*) {}
inline void SanitizerReturned(void*) {}
inline void SanitizerForgetFrames(const void*, size_t) {}

#endif

}  // namespace perdure::abi
