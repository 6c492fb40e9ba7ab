// Floating-point bits to and from text (see value_text.h for the forms).
//
// Works on bit patterns: only finite values ever become a float or a double, so no NaN payload is
// lost. Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace perdure {

enum class FloatError : uint8_t { kNone, kSyntax, kRange };

std::string FormatFloat32(uint32_t bits);
std::string FormatFloat64(uint64_t bits);

// Rounds to nearest, ties to even. kRange: the number is too large for the type (too small is
// zero).
FloatError ParseFloat32(std::string_view text, uint32_t* bits);
FloatError ParseFloat64(std::string_view text, uint64_t* bits);

}  // namespace perdure
