#include "tests/spec/driver/wire.h"

#include <charconv>
#include <cstring>

#include "rtlib/base/text.h"
#include "rtlib/state/portable_value.h"
#include "rtlib/state/value_text.h"

namespace perdure::spec {
namespace {

int Digit(char c) { return c >= 'a' ? c - 'a' + 10 : c - '0'; }

bool ReadNumber(std::string_view text, uint64_t* number) {
  const auto read = std::from_chars(text.data(), text.data() + text.size(), *number);
  return read.ec == std::errc() && read.ptr == text.data() + text.size();
}

}  // namespace

size_t NativeBytes(uint8_t type) { return perdure::NativeBytes(type); }

std::string FromHex(std::string_view hex) {
  std::string bytes;
  for (size_t i = 0; i + 1 < hex.size(); i += 2) {
    bytes += static_cast<char>(Digit(hex[i]) << 4 | Digit(hex[i + 1]));
  }
  return bytes;
}

bool FromWire(uint8_t type, std::string_view wire, perdure_value* value) {
  *value = {};
  const std::string name(TypeName(type));
  if (!wire.starts_with(name + ":")) return false;
  wire.remove_prefix(name.size() + 1);
  if (IsReference(type) && wire == "null") return true;
  if (type == PERDURE_V128) {
    const std::string bytes = FromHex(wire);
    if (bytes.size() != sizeof value->v128) return false;
    std::memcpy(value->v128, bytes.data(), bytes.size());
    return true;
  }
  uint64_t number = 0;
  if (!ReadNumber(wire, &number) || type == PERDURE_FUNCREF) return false;
  std::memcpy(value, &number, NativeBytes(type));
  if (type == PERDURE_EXTERNREF) {
    value->externref = perdure_named_reference(static_cast<uint32_t>(number));
  }
  return true;
}

std::string ToWire(const perdure_program& program, uint8_t type, const perdure_value& value) {
  std::string wire = StrCat(TypeName(type), ":");
  if (type == PERDURE_V128) {
    return wire + Hex(std::string_view(reinterpret_cast<const char*>(value.v128), 16));
  }
  if (type == PERDURE_FUNCREF) {
    if (value.funcref.func == nullptr) return wire + "null";
    for (uint32_t i = 0; i < program.function_count; ++i) {
      if (program.functions[i].func == value.funcref.func) return StrCat(wire, i);
    }
    return wire + "foreign";
  }
  if (type == PERDURE_EXTERNREF) {
    uint32_t name;
    if (value.externref == nullptr) return wire + "null";
    return perdure_reference_name(value.externref, &name) ? StrCat(wire, name) : wire + "unnamed";
  }
  uint64_t number = 0;
  std::memcpy(&number, &value, NativeBytes(type));
  return StrCat(wire, number);
}

}  // namespace perdure::spec
