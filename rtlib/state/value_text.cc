#include "rtlib/state/value_text.h"

#include <algorithm>
#include <charconv>
#include <cstring>
#include <system_error>

#include "perdure/host.h"
#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/state/float_text.h"

namespace perdure {
namespace {

constexpr size_t kQuotedBytesMax = 64;

std::string FormatV128(const perdure_value& value) {
  char big_endian[16];
  for (int i = 0; i < 16; ++i) big_endian[i] = static_cast<char>(value.v128[15 - i]);
  return Hex(std::string_view(big_endian, sizeof big_endian));
}

// What a type accepts, for messages.
std::string_view Accepts(uint8_t type) {
  switch (type) {
    case PERDURE_I32:
      return "an integer from -2147483648 to 4294967295, or 0x hex";
    case PERDURE_I64:
      return "an integer from -9223372036854775808 to 18446744073709551615, or 0x hex";
    case PERDURE_F32:
    case PERDURE_F64:
      return "a number, inf, -inf, nan or nan:0xPAYLOAD";
    case PERDURE_V128:
      return "32 hex digits";
    case PERDURE_FUNCREF:
      return "null or func:INDEX";
    case PERDURE_EXTERNREF:
      return "null or extern:NAME";
    default:
      return "nothing";
  }
}

Status Reject(uint8_t type, std::string_view text, std::string_view why) {
  return Status(StatusCode::kInvalidArgument,
                StrCat(QuoteText(text), why, TypeName(type), " (", Accepts(type), ")"));
}

Status NotA(uint8_t type, std::string_view text) { return Reject(type, text, " is no "); }
Status OutOfRange(uint8_t type, std::string_view text) {
  return Reject(type, text, " is out of range for ");
}

bool ConsumePrefix(std::string_view* text, std::string_view prefix) {
  if (!text->starts_with(prefix)) return false;
  text->remove_prefix(prefix.size());
  return true;
}

bool ConsumeHexPrefix(std::string_view* text) {
  return ConsumePrefix(text, "0x") || ConsumePrefix(text, "0X");
}

// Reads all of `text` as an unsigned number. errc(): done; invalid_argument; result_out_of_range.
std::errc ParseMagnitude(std::string_view text, uint64_t* magnitude) {
  int base = ConsumeHexPrefix(&text) ? 16 : 10;
  const char* end = text.data() + text.size();
  auto parsed = std::from_chars(text.data(), end, *magnitude, base);
  if (parsed.ptr != end) return std::errc::invalid_argument;
  return parsed.ec;
}

Status ParseInteger(uint8_t type, std::string_view text, uint64_t* bits) {
  std::string_view digits = text;
  bool negative = ConsumePrefix(&digits, "-");
  if (!negative) ConsumePrefix(&digits, "+");
  uint64_t magnitude = 0;
  std::errc error = ParseMagnitude(digits, &magnitude);
  if (error == std::errc::invalid_argument) return NotA(type, text);
  bool is32 = type == PERDURE_I32;
  uint64_t negative_max = is32 ? uint64_t{1} << 31 : uint64_t{1} << 63;
  uint64_t positive_max = is32 ? UINT32_MAX : UINT64_MAX;
  if (error != std::errc() || magnitude > (negative ? negative_max : positive_max)) {
    return OutOfRange(type, text);
  }
  *bits = negative ? uint64_t{0} - magnitude : magnitude;
  return OkStatus();
}

Status ParseFloat(uint8_t type, std::string_view text, perdure_value* value) {
  FloatError error;
  if (type == PERDURE_F32) {
    uint32_t bits = 0;
    error = ParseFloat32(text, &bits);
    std::memcpy(&value->f32, &bits, sizeof bits);
  } else {
    uint64_t bits = 0;
    error = ParseFloat64(text, &bits);
    std::memcpy(&value->f64, &bits, sizeof bits);
  }
  if (error == FloatError::kSyntax) return NotA(type, text);
  if (error == FloatError::kRange) return OutOfRange(type, text);
  return OkStatus();
}

Status ParseV128(std::string_view text, perdure_value* value) {
  std::string_view digits = text;
  ConsumeHexPrefix(&digits);
  if (digits.size() != 32) return NotA(PERDURE_V128, text);
  for (size_t i = 0; i < 16; ++i) {
    const char* pair = digits.data() + 2 * i;
    auto parsed = std::from_chars(pair, pair + 2, value->v128[15 - i], 16);
    if (parsed.ptr != pair + 2 || parsed.ec != std::errc()) return NotA(PERDURE_V128, text);
  }
  return OkStatus();
}

// "null" (*number becomes PERDURE_NO_INDEX) or `prefix` and a number.
Status ParseReference(uint8_t type, std::string_view prefix, std::string_view text,
                      uint32_t* number) {
  *number = PERDURE_NO_INDEX;
  if (text == "null") return OkStatus();
  std::string_view digits = text;
  uint64_t value = 0;
  if (!ConsumePrefix(&digits, prefix) ||
      ParseMagnitude(digits, &value) == std::errc::invalid_argument) {
    return NotA(type, text);
  }
  if (ParseMagnitude(digits, &value) != std::errc() || value >= PERDURE_NO_INDEX) {
    return OutOfRange(type, text);
  }
  *number = static_cast<uint32_t>(value);
  return OkStatus();
}

Status ParseExternref(std::string_view text, perdure_value* value) {
  uint32_t name;
  PERDURE_TRY(ParseReference(PERDURE_EXTERNREF, "extern:", text, &name));
  if (name != PERDURE_NO_INDEX) value->externref = perdure_named_reference(name);
  return OkStatus();
}

std::string FormatExternref(const void* reference) {
  if (reference == nullptr) return "null";
  uint32_t name;
  return perdure_reference_name(reference, &name) != 0 ? StrCat("extern:", name) : "extern";
}

bool IsPlainName(std::string_view name) {
  for (char c : name) {
    auto byte = static_cast<unsigned char>(c);
    if (byte <= 0x20 || byte == 0x7f || c == '(' || c == ')' || c == '"' || c == '\\') return false;
  }
  return !name.empty();
}

void AppendTypes(const uint8_t* types, uint32_t count, std::string* out) {
  *out += '(';
  for (uint32_t i = 0; i < count; ++i) {
    if (i > 0) *out += ", ";
    *out += TypeName(types[i]);
  }
  *out += ')';
}

}  // namespace

std::string_view TypeName(uint8_t type) {
  switch (type) {
    case PERDURE_I32:
      return "i32";
    case PERDURE_I64:
      return "i64";
    case PERDURE_F32:
      return "f32";
    case PERDURE_F64:
      return "f64";
    case PERDURE_V128:
      return "v128";
    case PERDURE_FUNCREF:
      return "funcref";
    case PERDURE_EXTERNREF:
      return "externref";
    default:
      return "?";
  }
}

std::string FormatValue(uint8_t type, const perdure_value& value, uint32_t function_index) {
  switch (type) {
    case PERDURE_I32:
      return StrCat(static_cast<int32_t>(value.i32));
    case PERDURE_I64:
      return StrCat(static_cast<int64_t>(value.i64));
    case PERDURE_F32: {
      uint32_t bits;
      std::memcpy(&bits, &value.f32, sizeof bits);
      return FormatFloat32(bits);
    }
    case PERDURE_F64: {
      uint64_t bits;
      std::memcpy(&bits, &value.f64, sizeof bits);
      return FormatFloat64(bits);
    }
    case PERDURE_V128:
      return FormatV128(value);
    case PERDURE_FUNCREF:
      if (function_index == PERDURE_NO_INDEX) return "null";
      return StrCat("func:", function_index);
    case PERDURE_EXTERNREF:
      return FormatExternref(value.externref);
    default:
      return "?";
  }
}

char* WriteValues(std::span<const uint8_t> types, std::span<const perdure_value> values,
                  std::span<const uint32_t> function_indices, char* at) {
  for (size_t i = 0; i < values.size(); ++i) {
    if (i > 0) *at++ = ',', *at++ = ' ';
    if (types[i] == PERDURE_I32) {
      at = std::to_chars(at, at + kValueTextBytesMax, static_cast<int32_t>(values[i].i32)).ptr;
    } else if (types[i] == PERDURE_I64) {
      at = std::to_chars(at, at + kValueTextBytesMax, static_cast<int64_t>(values[i].i64)).ptr;
    } else {
      const bool has_index = i < function_indices.size();
      const std::string text =
          FormatValue(types[i], values[i], has_index ? function_indices[i] : PERDURE_NO_INDEX);
      PERDURE_CHECK(text.size() <= kValueTextBytesMax - 2,
                    "a value's text is longer than any can be");
      at = std::copy(text.begin(), text.end(), at);
    }
  }
  return at;
}

void AppendValues(std::span<const uint8_t> types, std::span<const perdure_value> values,
                  std::span<const uint32_t> function_indices, std::string* out) {
  const size_t begin = out->size();
  out->resize(begin + values.size() * kValueTextBytesMax);
  const char* end = WriteValues(types, values, function_indices, out->data() + begin);
  out->resize(static_cast<size_t>(end - out->data()));
}

Status ParseValue(uint8_t type, std::string_view text, perdure_value* value,
                  uint32_t* function_index) {
  std::memset(value, 0, sizeof *value);
  *function_index = PERDURE_NO_INDEX;
  switch (type) {
    case PERDURE_I32:
    case PERDURE_I64: {
      uint64_t bits = 0;
      PERDURE_TRY(ParseInteger(type, text, &bits));
      if (type == PERDURE_I32) {
        value->i32 = static_cast<uint32_t>(bits);
      } else {
        value->i64 = bits;
      }
      return OkStatus();
    }
    case PERDURE_F32:
    case PERDURE_F64:
      return ParseFloat(type, text, value);
    case PERDURE_V128:
      return ParseV128(text, value);
    case PERDURE_FUNCREF:
      return ParseReference(PERDURE_FUNCREF, "func:", text, function_index);
    case PERDURE_EXTERNREF:
      return ParseExternref(text, value);
    default:
      return NotA(type, text);
  }
}

std::string SignatureText(const perdure_type& type) {
  std::string out;
  AppendTypes(type.params, type.param_count, &out);
  out += " -> ";
  if (type.result_count == 1) {
    out += TypeName(type.results[0]);
  } else {
    AppendTypes(type.results, type.result_count, &out);
  }
  return out;
}

std::string CallTextHead(std::string_view name) {
  return IsPlainName(name) ? StrCat(name, '(') : StrCat(JsonString(name), '(');
}

std::string CallText(std::string_view name, std::span<const uint8_t> types,
                     std::span<const perdure_value> args,
                     std::span<const uint32_t> function_indices) {
  std::string text = CallTextHead(name);
  AppendValues(types, args, function_indices, &text);
  text += ')';
  return text;
}

std::string QuoteText(std::string_view text) {
  size_t end = text.size();
  if (end > kQuotedBytesMax) {
    end = kQuotedBytesMax;
    // Do not cut a UTF-8 sequence in two.
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  }
  std::string out = JsonString(text.substr(0, end));
  out.front() = '\'';
  out.pop_back();
  StrAppend(&out, end < text.size() ? "..." : "", "'");
  return out;
}

}  // namespace perdure
