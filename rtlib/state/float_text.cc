// Decimal numbers go through <charconv>, which is correctly rounded and ignores the locale. Hex
// floats are assembled here: the significand is collected in 64 bits with a sticky bit for what
// falls off, and rounded once at the position the exponent dictates, so that subnormals round only
// once as well.
#include "rtlib/state/float_text.h"

#include <algorithm>
#include <bit>
#include <charconv>
#include <system_error>

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

template <typename Float>
std::string Format(BitsOf<Float> bits) {
  std::string out = (bits & kSignBit<Float>) != 0 ? "-" : "";
  BitsOf<Float> magnitude = bits & static_cast<BitsOf<Float>>(~kSignBit<Float>);
  if (magnitude == kInfinity<Float>) return out + "inf";
  char buffer[40];
  char* end = buffer + sizeof buffer;
  if (magnitude > kInfinity<Float>) {
    BitsOf<Float> payload = magnitude & kFractionMask<Float>;
    if (payload == kQuietBit<Float>) return out + "nan";
    return out + "nan:0x" + std::string(buffer, std::to_chars(buffer, end, payload, 16).ptr);
  }
  auto written = std::to_chars(buffer, end, std::bit_cast<Float>(magnitude));
  return out + std::string(buffer, written.ptr);
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

// A positive number: significand * 2^exponent, plus something below the last bit if sticky.
struct HexNumber {
  uint64_t significand = 0;
  int64_t exponent = 0;
  bool sticky = false;
};

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

bool ParseHexNumber(std::string_view text, HexNumber* number) {
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
FloatError RoundHex(HexNumber number, BitsOf<Float>* magnitude) {
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

// Whether a decimal number the library could not represent is too small rather than too large.
bool IsTiny(std::string_view text) {
  size_t mark = text.find_first_of("eE");
  int64_t exponent = 0;
  if (mark != std::string_view::npos) ParseExponent(text.substr(mark + 1), &exponent);
  std::string_view digits = text.substr(0, text.find_first_of("eE"));
  size_t point = std::min(digits.find('.'), digits.size());
  size_t lead = digits.find_first_of("123456789");
  if (lead == std::string_view::npos) return true;
  int64_t scale = static_cast<int64_t>(point) - static_cast<int64_t>(lead);
  return scale + exponent < 0;
}

template <typename Float>
FloatError ParseDecimal(std::string_view text, BitsOf<Float>* magnitude) {
  // from_chars would also take "inf", "nan(...)" and a sign.
  if (text.empty() || !((text[0] >= '0' && text[0] <= '9') || text[0] == '.')) {
    return FloatError::kSyntax;
  }
  Float value = 0;
  const char* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, value, std::chars_format::general);
  if (parsed.ptr != end || parsed.ec == std::errc::invalid_argument) return FloatError::kSyntax;
  if (parsed.ec == std::errc::result_out_of_range) {
    *magnitude = 0;
    return IsTiny(text) ? FloatError::kNone : FloatError::kRange;
  }
  *magnitude = std::bit_cast<BitsOf<Float>>(value);
  return *magnitude == kInfinity<Float> ? FloatError::kRange : FloatError::kNone;
}

template <typename Float>
FloatError ParseMagnitude(std::string_view text, BitsOf<Float>* magnitude) {
  if (text == "inf") {
    *magnitude = kInfinity<Float>;
    return FloatError::kNone;
  }
  if (text.starts_with("nan")) return ParseNan<Float>(text.substr(3), magnitude);
  if (text.starts_with("0x") || text.starts_with("0X")) {
    HexNumber number;
    if (!ParseHexNumber(text.substr(2), &number)) return FloatError::kSyntax;
    return RoundHex<Float>(number, magnitude);
  }
  return ParseDecimal<Float>(text, magnitude);
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
