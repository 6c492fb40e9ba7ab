// PERDURE_CHECK: an assertion that stays in release builds.
//
// For what guards persistent state: a program that is wrong about itself must stop before it
// writes, not after. Never for input (arguments, files): those are a Status.
#pragma once

namespace perdure::internal {

// Prints "internal error: ... please report" with the place and aborts.
[[noreturn]] void CheckFailed(const char* file, int line, const char* condition,
                              const char* message);

}  // namespace perdure::internal

#define PERDURE_CHECK(condition, message)                                        \
  do {                                                                           \
    if (!(condition)) [[unlikely]] {                                             \
      ::perdure::internal::CheckFailed(__FILE__, __LINE__, #condition, message); \
    }                                                                            \
  } while (0)
