// Both directions are the schoolbook's: long division of big integers.
//
//   ShortestDecimal   number = rest / scale, half the distance to its neighbours = up / scale and
//                     down / scale; digits are divided off until what has been written is nearer
//                     than that (Steele and White 1990, "dragon4").
//   ReadDecimal       digits * 10^p as numerator / denominator, the numerator doubled until the
//                     quotient has 64 bits; a remainder makes it sticky.
//
// The integers have less than 5000 bits: digits that can matter (kDigitsMax, which is more than the
// 767 a double needs) and powers of ten (a double's, and those of the digits).
//
// Rejected: <charconv> and strtod. Together they are 0.2 MB of tables and code in every program
// (its size has a budget, docs/guides/deploying.md), for speed that a printed result does not need:
// these take 1 to 3 us. printf and a search for the precision that reads back: it is wrong where a
// neighbour is nearer on one side, and reading is needed anyway.
#include "rtlib/state/decimal.h"

#include <algorithm>
#include <bit>
#include <cassert>

namespace perdure {
namespace {

constexpr size_t kDigitsMax = 800;
constexpr int64_t kPointMax = 400;  // 10^kPointMax is above, 10^-kPointMax below every double

// A natural number, little end first.
class BigNumber {
 public:
  explicit BigNumber(uint64_t value) {
    for (; value != 0; value >>= 32) words_[size_++] = static_cast<uint32_t>(value);
  }

  bool IsZero() const { return size_ == 0; }

  int BitLength() const {
    return size_ == 0 ? 0 : static_cast<int>(size_ * 32) - std::countl_zero(words_[size_ - 1]);
  }

  // *this = *this * factor + addend
  void Multiply(uint32_t factor, uint32_t addend = 0) {
    uint64_t carry = addend;
    for (size_t i = 0; i < size_; ++i) {
      carry += uint64_t{words_[i]} * factor;
      words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) Append(static_cast<uint32_t>(carry));
  }

  void MultiplyByPowerOfTen(int64_t power) {
    for (; power >= 9; power -= 9) Multiply(1'000'000'000);
    for (; power > 0; --power) Multiply(10);
  }

  void ShiftLeft(int bits) {
    if (size_ == 0) return;
    const auto words = static_cast<size_t>(bits / 32);
    assert(size_ + words < kWords);
    std::copy_backward(words_, words_ + size_, words_ + size_ + words);
    std::fill_n(words_, words, 0);
    size_ += words;
    Multiply(uint32_t{1} << (bits % 32));
  }

  void Add(const BigNumber& other) {
    while (size_ < other.size_) Append(0);
    uint64_t carry = 0;
    for (size_t i = 0; i < size_; ++i) {
      carry += uint64_t{words_[i]} + (i < other.size_ ? other.words_[i] : 0);
      words_[i] = static_cast<uint32_t>(carry);
      carry >>= 32;
    }
    if (carry != 0) Append(1);
  }

  // REQUIRES: other <= *this
  void Subtract(const BigNumber& other) {
    uint64_t borrow = 0;
    for (size_t i = 0; i < size_; ++i) {
      const uint64_t from = words_[i];
      const uint64_t taken = (i < other.size_ ? other.words_[i] : 0) + borrow;
      words_[i] = static_cast<uint32_t>(from - taken);
      borrow = from < taken ? 1 : 0;
    }
    assert(borrow == 0);
    while (size_ > 0 && words_[size_ - 1] == 0) --size_;
  }

  // Leaves the remainder. REQUIRES: the quotient is small: it is counted.
  uint32_t Divide(const BigNumber& divisor) {
    uint32_t quotient = 0;
    for (; Compare(*this, divisor) >= 0; ++quotient) Subtract(divisor);
    return quotient;
  }

  // Negative, 0 or positive, as a - b is.
  static int Compare(const BigNumber& a, const BigNumber& b) {
    if (a.size_ != b.size_) return a.size_ < b.size_ ? -1 : 1;
    for (size_t i = a.size_; i-- > 0;) {
      if (a.words_[i] != b.words_[i]) return a.words_[i] < b.words_[i] ? -1 : 1;
    }
    return 0;
  }

 private:
  static constexpr size_t kWords = 160;

  void Append(uint32_t word) {
    assert(size_ < kWords);
    words_[size_++] = word;
  }

  uint32_t words_[kWords];
  size_t size_ = 0;
};

int CompareSum(BigNumber a, const BigNumber& b, const BigNumber& sum) {
  a.Add(b);
  return BigNumber::Compare(a, sum);
}

}  // namespace

DecimalNumber ShortestDecimal(uint64_t significand, int exponent, bool is_lower_closer) {
  const bool is_even = significand % 2 == 0;  // then a number half way to a neighbour is still ours
  BigNumber rest(significand), scale(1), up(1), down(1);
  const int halves = is_lower_closer ? 2 : 1;
  rest.ShiftLeft(std::max(exponent, 0) + halves);
  scale.ShiftLeft(std::max(-exponent, 0) + halves);
  up.ShiftLeft(std::max(exponent, 0) + halves - 1);
  down.ShiftLeft(std::max(exponent, 0));

  // The power of ten above the number; from its bits alone it may be one too small.
  const int bits = exponent + 64 - std::countl_zero(significand);
  int64_t point = (int64_t{bits - 1} * 30103 + (bits > 0 ? 99999 : 0)) / 100000;
  if (point >= 0) {
    scale.MultiplyByPowerOfTen(point);
  } else {
    for (BigNumber* number : {&rest, &up, &down}) number->MultiplyByPowerOfTen(-point);
  }
  const auto is_at_least_scale = [&] {
    const int order = CompareSum(rest, up, scale);
    return order > 0 || (order == 0 && is_even);
  };
  while (is_at_least_scale()) {
    scale.Multiply(10);
    ++point;
  }

  DecimalNumber decimal{"", point};
  for (;;) {
    for (BigNumber* number : {&rest, &up, &down}) number->Multiply(10);
    const uint32_t digit = rest.Divide(scale);
    const int below = BigNumber::Compare(rest, down);
    const bool may_stay = below < 0 || (below == 0 && is_even), may_rise = is_at_least_scale();
    char last = static_cast<char>('0' + digit);
    if (may_stay || may_rise) {
      const int half = CompareSum(rest, rest, scale);
      const bool is_nearer_above = half > 0 || (half == 0 && digit % 2 != 0);
      if (may_rise && (!may_stay || is_nearer_above)) ++last;
      decimal.digits.push_back(last);
      return decimal;
    }
    decimal.digits.push_back(last);
  }
}

BinaryNumber ReadDecimal(const DecimalNumber& decimal) {
  std::string_view digits = decimal.digits;
  const size_t zeros = std::min(digits.find_first_not_of('0'), digits.size());
  digits.remove_prefix(zeros);
  const int64_t point = decimal.point - static_cast<int64_t>(zeros);
  if (digits.empty()) return {};
  if (point > kPointMax) return {.significand = 1, .exponent = 2000};
  if (point < -kPointMax) return {.significand = 0, .exponent = 0, .sticky = true};

  BigNumber numerator(0), denominator(1);
  const std::string_view kept = digits.substr(0, kDigitsMax);
  for (const char c : kept) numerator.Multiply(10, static_cast<uint32_t>(c - '0'));
  const bool is_cut = digits.find_first_not_of('0', kept.size()) != std::string_view::npos;
  const int64_t power = point - static_cast<int64_t>(kept.size());
  (power >= 0 ? numerator : denominator).MultiplyByPowerOfTen(power >= 0 ? power : -power);

  // 2^64 < numerator / denominator < 2^66, then bit by bit.
  const int shift = denominator.BitLength() - numerator.BitLength() + 65;
  (shift >= 0 ? numerator : denominator).ShiftLeft(shift >= 0 ? shift : -shift);
  denominator.ShiftLeft(65);
  // The lowest two of the 66 are sticky.
  BinaryNumber number{.significand = 0, .exponent = 2 - shift, .sticky = is_cut};
  for (int bit = 65; bit >= 0; --bit) {
    const uint32_t quotient = numerator.Divide(denominator);
    numerator.ShiftLeft(1);
    if (bit >= 2) {
      number.significand = number.significand << 1 | quotient;
    } else {
      number.sticky |= quotient != 0;
    }
  }
  number.sticky |= !numerator.IsZero();
  return number;
}

}  // namespace perdure
