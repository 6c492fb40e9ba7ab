#include "tests/spec/values.h"

#include <cstdint>
#include <cstdlib>

namespace perdure::spec {
namespace {

size_t BytesOf(std::string_view type) {
  if (type == "i8") return 1;
  if (type == "i16") return 2;
  if (type == "i32" || type == "f32") return 4;
  return 8;
}

uint64_t Number(const std::string& text) { return std::strtoull(text.c_str(), nullptr, 10); }

void AppendHex(uint64_t bits, size_t bytes, std::string* out) {
  constexpr char kDigits[] = "0123456789abcdef";
  for (size_t i = 0; i < bytes; ++i, bits >>= 8) {
    *out += kDigits[(bits >> 4) & 15];
    *out += kDigits[bits & 15];
  }
}

uint64_t FromHex(std::string_view hex) {
  uint64_t bits = 0;
  for (size_t i = hex.size(); i >= 2; i -= 2) {
    bits = bits << 8 | std::strtoull(std::string(hex.substr(i - 2, 2)).c_str(), nullptr, 16);
  }
  return bits;
}

// `bits` of a float of `bytes` bytes are a NaN whose payload is just the quiet bit (canonical), or
// has at least that (arithmetic). The sign is free in both.
bool IsNan(std::string_view pattern, uint64_t bits, size_t bytes) {
  const uint64_t quiet = bytes == 4 ? 0x7fc00000u : 0x7ff8000000000000u;
  const uint64_t sign = uint64_t{1} << (bytes * 8 - 1);
  return pattern == "nan:canonical" ? (bits & ~sign) == quiet : (bits & quiet) == quiet;
}

bool PartMatches(const std::string& expected, const std::string& type, uint64_t bits) {
  if (expected.starts_with("nan:")) return IsNan(expected, bits, BytesOf(type));
  const uint64_t mask = BytesOf(type) == 8 ? UINT64_MAX : (uint64_t{1} << BytesOf(type) * 8) - 1;
  return (Number(expected) & mask) == bits;
}

}  // namespace

std::string ToWire(const Value& value) {
  std::string wire = value.type + ":";
  if (value.type != "v128") return wire + (value.parts.empty() ? "null" : value.parts[0]);
  for (const std::string& lane : value.parts) {
    AppendHex(Number(lane), BytesOf(value.lane_type), &wire);
  }
  return wire;
}

std::string ToText(const Value& value) {
  std::string text = value.type + ":" + value.lane_type;
  for (const std::string& part : value.parts) {
    if (text.back() != ':') text += ' ';
    text += part;
  }
  if (value.parts.empty()) text += "any";
  return text;
}

bool Matches(const Value& expected, std::string_view wire) {
  const size_t colon = wire.find(':');
  if (colon == std::string_view::npos || wire.substr(0, colon) != expected.type) return false;
  wire.remove_prefix(colon + 1);
  if (expected.parts.empty()) return wire != "null";
  if (expected.type == "v128") {
    const size_t digits = BytesOf(expected.lane_type) * 2;
    if (wire.size() != 32 || expected.parts.size() * digits != 32) return false;
    for (size_t i = 0; i < expected.parts.size(); ++i) {
      const uint64_t bits = FromHex(wire.substr(i * digits, digits));
      if (!PartMatches(expected.parts[i], expected.lane_type, bits)) return false;
    }
    return true;
  }
  if (wire == "null" || expected.parts[0] == "null") return wire == expected.parts[0];
  return PartMatches(expected.parts[0], expected.type, Number(std::string(wire)));
}

bool IsTrap(std::string_view text, std::string_view message) {
  // "uninitialized element 2" names the element as well; the reference interpreter does so.
  if (text.starts_with("uninitialized element")) text = "uninitialized element";
  return message.find(text) != std::string_view::npos;
}

bool IsLinkFailure(std::string_view text, std::string_view message) {
  const bool unknown = text.starts_with("unknown import");
  return message.find(unknown ? "unknown" : "incompatible import type") != std::string_view::npos;
}

}  // namespace perdure::spec
