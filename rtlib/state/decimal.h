// Decimal digits of binary numbers, and back: exact, in either direction.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace perdure {

// significand * 2^exponent; more than that by less than 2^exponent if sticky.
struct BinaryNumber {
  uint64_t significand = 0;
  int64_t exponent = 0;
  bool sticky = false;
};

// 0.DIGITS * 10^point.
struct DecimalNumber {
  std::string digits;
  int64_t point = 0;
};

// The shortest decimal number that only `significand` * 2^`exponent` is nearest to, ties to even;
// of several, the one nearest to it. `is_lower_closer`: the next smaller number is only half as far
// away as the next larger one, because the significand is the smallest of its exponent.
// REQUIRES: significand in (0, 2^53], exponent within [-1074, 971].
DecimalNumber ShortestDecimal(uint64_t significand, int exponent, bool is_lower_closer);

// The number's highest 63 or 64 bits. What is below any double is 0 and sticky, what is above any
// has an exponent above 1024. `decimal.digits` are '0' to '9' and may begin with zeros.
BinaryNumber ReadDecimal(const DecimalNumber& decimal);

}  // namespace perdure
