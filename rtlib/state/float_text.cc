// A number, decimal (decimal.h) or hex, is read into 64 bits with a sticky bit for what falls off,
// and rounded once at the position the exponent dictates, so that subnormals round only once as
// well. What is written is what std::to_chars writes.
#include "rtlib/state/float_text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <cstdio>
#include <cstdlib>

#include "rtlib/base/text.h"
#include "rtlib/state/decimal.h"

namespace perdure {
namespace {

template <typename Float>
struct Layout;
template <>
struct Layout<float> {
  using Bits = uint32_t;
  static constexpr int kFractionBits = 23;
  static constexpr int kExponentMax = 255;
  static constexpr int kBias = 127;
};
template <>
struct Layout<double> {
  using Bits = uint64_t;
  static constexpr int kFractionBits = 52;
  static constexpr int kExponentMax = 2047;
  static constexpr int kBias = 1023;
};

template <typename Float>
using BitsOf = typename Layout<Float>::Bits;

template <typename Float>
constexpr BitsOf<Float> kFractionMask = (BitsOf<Float>{1} << Layout<Float>::kFractionBits) - 1;
template <typename Float>
constexpr BitsOf<Float> kInfinity =
    BitsOf<Float>{Layout<Float>::kExponentMax} << Layout<Float>::kFractionBits;
template <typename Float>
constexpr BitsOf<Float> kQuietBit = BitsOf<Float>{1} << (Layout<Float>::kFractionBits - 1);
template <typename Float>
constexpr BitsOf<Float> kSignBit = BitsOf<Float>{1} << (sizeof(Float) * 8 - 1);

// An exponent no text of a length we can be given brings back into range.
constexpr int64_t kExponentClamp = int64_t{1} << 40;

// A whole number of more digits than the shortest that mean it, as all of its digits.
std::string WholeNumber(double value) {
  char buffer[40];
  return std::string(buffer,
                     static_cast<size_t>(std::snprintf(buffer, sizeof buffer, "%.0f", value)));
}

// As in "123.4", or as in "1.234e+02": the shorter; of equals, the first.
template <typename Float>
std::string FormatFinite(BitsOf<Float> magnitude) {
  using L = Layout<Float>;
  if (magnitude == 0) return "0";
  const auto biased = static_cast<int>(magnitude >> L::kFractionBits);
  const BitsOf<Float> fraction = magnitude & kFractionMask<Float>;
  const BitsOf<Float> hidden = biased == 0 ? 0 : kFractionMask<Float> + 1;
  const DecimalNumber decimal =
      ShortestDecimal(fraction | hidden, std::max(biased, 1) - L::kBias - L::kFractionBits,
                      fraction == 0 && biased > 1);
  const std::string& digits = decimal.digits;
  const auto count = static_cast<int>(digits.size()), point = static_cast<int>(decimal.point);
  const int point_of_one = count == 1 ? 1 : 0;  // what one digit saves: the point after it
  if (point - count > 5 - point_of_one || point < -3 + point_of_one) {
    const int exponent = point - 1, size = std::abs(exponent);
    return StrCat(digits.substr(0, 1), count > 1 ? "." : "", digits.substr(1),
                  exponent < 0 ? "e-" : "e+", size < 10 ? "0" : "", size);
  }
  if (point >= count) return WholeNumber(std::bit_cast<Float>(magnitude));
  if (point > 0) return digits.substr(0, point) + "." + digits.substr(point);
  return "0." + std::string(static_cast<size_t>(-point), '0') + digits;
}

template <typename Float>
std::string Format(BitsOf<Float> bits) {
  std::string out = (bits & kSignBit<Float>) != 0 ? "-" : "";
  BitsOf<Float> magnitude = bits & static_cast<BitsOf<Float>>(~kSignBit<Float>);
  if (magnitude == kInfinity<Float>) return out + "inf";
  if (magnitude < kInfinity<Float>) return out + FormatFinite<Float>(magnitude);
  BitsOf<Float> payload = magnitude & kFractionMask<Float>;
  if (payload == kQuietBit<Float>) return out + "nan";
  char buffer[16];
  char* end = std::to_chars(buffer, buffer + sizeof buffer, payload, 16).ptr;
  return out + "nan:0x" + std::string(buffer, end);
}

template <typename Float>
FloatError ParseNan(std::string_view payload_text, BitsOf<Float>* magnitude) {
  if (payload_text.empty()) {
    *magnitude = kInfinity<Float> | kQuietBit<Float>;
    return FloatError::kNone;
  }
  if (!payload_text.starts_with(":0x")) return FloatError::kSyntax;
  payload_text.remove_prefix(3);
  BitsOf<Float> payload = 0;
  const char* end = payload_text.data() + payload_text.size();
  auto parsed = std::from_chars(payload_text.data(), end, payload, 16);
  if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return FloatError::kSyntax;
  // A payload of 0 would be infinity.
  if (parsed.ec != std::errc() || payload == 0 || payload > kFractionMask<Float>) {
    return FloatError::kRange;
  }
  *magnitude = kInfinity<Float> | payload;
  return FloatError::kNone;
}

int HexDigit(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

// [+-]digits, all of `text`; values beyond kExponentClamp are clamped.
bool ParseExponent(std::string_view text, int64_t* exponent) {
  bool negative = text.starts_with("-");
  if (negative || text.starts_with("+")) text.remove_prefix(1);
  if (text.empty()) return false;
  int64_t magnitude = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return false;
    magnitude = std::min(magnitude * 10 + (c - '0'), kExponentClamp);
  }
  *exponent = negative ? -magnitude : magnitude;
  return true;
}

bool ParseHexNumber(std::string_view text, BinaryNumber* number) {
  size_t digits = 0;
  bool point = false;
  size_t i = 0;
  for (; i < text.size(); ++i) {
    if (text[i] == '.' && !point) {
      point = true;
      continue;
    }
    int digit = HexDigit(text[i]);
    if (digit < 0) break;
    ++digits;
    if (number->significand >> 60 == 0) {
      number->significand = number->significand << 4 | static_cast<uint64_t>(digit);
      if (point) number->exponent -= 4;
    } else {
      number->sticky |= digit != 0;
      if (!point) number->exponent += 4;
    }
  }
  if (digits == 0) return false;
  if (i == text.size()) return true;
  if (text[i] != 'p' && text[i] != 'P') return false;
  int64_t exponent = 0;
  if (!ParseExponent(text.substr(i + 1), &exponent)) return false;
  number->exponent += exponent;
  return true;
}

template <typename Float>
FloatError Round(BinaryNumber number, BitsOf<Float>* magnitude) {
  using L = Layout<Float>;
  *magnitude = 0;
  if (number.significand == 0) return FloatError::kNone;
  int shift_up = std::countl_zero(number.significand);
  uint64_t significand = number.significand << shift_up;  // leading one in bit 63
  int64_t exponent = number.exponent - shift_up + 63;     // of the leading one
  if (exponent > L::kBias) return FloatError::kRange;
  constexpr int64_t kExponentMin = 1 - L::kBias;
  // Bits to drop so that kFractionBits + 1 remain, more of them for a subnormal.
  int64_t drop = 63 - L::kFractionBits + std::max<int64_t>(0, kExponentMin - exponent);
  if (drop > 64) return FloatError::kNone;  // below half of the smallest subnormal
  uint64_t kept = drop == 64 ? 0 : significand >> drop;
  uint64_t half = uint64_t{1} << (drop - 1);
  bool above = (significand & (half - 1)) != 0 || number.sticky;
  if ((significand & half) != 0 && (above || (kept & 1) != 0)) ++kept;
  // Adding, not or-ing: a carry out of the fraction moves into the exponent, as it should.
  auto biased = static_cast<uint64_t>(std::max(exponent, kExponentMin) + L::kBias - 1);
  uint64_t result = (biased << L::kFractionBits) + kept;
  if (result >= kInfinity<Float>) return FloatError::kRange;
  *magnitude = static_cast<BitsOf<Float>>(result);
  return FloatError::kNone;
}

// Digits with at most one point among them, and an exponent.
bool ParseDecimalNumber(std::string_view text, DecimalNumber* decimal) {
  const std::string_view number = text.substr(0, text.find_first_of("eE"));
  bool has_point = false;
  for (const char c : number) {
    if (c == '.' && !has_point) {
      has_point = true;
    } else if (c >= '0' && c <= '9') {
      decimal->digits.push_back(c);
      if (!has_point) ++decimal->point;
    } else {
      return false;
    }
  }
  if (decimal->digits.empty()) return false;
  if (number.size() == text.size()) return true;
  int64_t exponent = 0;
  if (!ParseExponent(text.substr(number.size() + 1), &exponent)) return false;
  decimal->point += exponent;
  return true;
}

template <typename Float>
FloatError ParseMagnitude(std::string_view text, BitsOf<Float>* magnitude) {
  if (text == "inf") {
    *magnitude = kInfinity<Float>;
    return FloatError::kNone;
  }
  if (text.starts_with("nan")) return ParseNan<Float>(text.substr(3), magnitude);
  if (text.starts_with("0x") || text.starts_with("0X")) {
    BinaryNumber number;
    if (!ParseHexNumber(text.substr(2), &number)) return FloatError::kSyntax;
    return Round<Float>(number, magnitude);
  }
  DecimalNumber decimal;
  if (!ParseDecimalNumber(text, &decimal)) return FloatError::kSyntax;
  return Round<Float>(ReadDecimal(decimal), magnitude);
}

template <typename Float>
FloatError Parse(std::string_view text, BitsOf<Float>* bits) {
  bool negative = text.starts_with("-");
  if (negative || text.starts_with("+")) text.remove_prefix(1);
  FloatError error = ParseMagnitude<Float>(text, bits);
  if (error == FloatError::kNone && negative) *bits |= kSignBit<Float>;
  return error;
}

}  // namespace

std::string FormatFloat32(uint32_t bits) { return Format<float>(bits); }
std::string FormatFloat64(uint64_t bits) { return Format<double>(bits); }

FloatError ParseFloat32(std::string_view text, uint32_t* bits) { return Parse<float>(text, bits); }
FloatError ParseFloat64(std::string_view text, uint64_t* bits) { return Parse<double>(text, bits); }

}  // namespace perdure
