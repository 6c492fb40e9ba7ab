// Values and names on the wire between runner and driver (tests/spec/values.h says how they look).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "perdure/program.h"

namespace perdure::spec {

template <typename T>
T* Field(void* instance, uint32_t offset) {
  return reinterpret_cast<T*>(static_cast<char*>(instance) + offset);
}

// Bytes of a value of `type` in the instance struct.
size_t NativeBytes(uint8_t type);

// False if `wire` is no value of `type` that can be given from outside.
bool FromWire(uint8_t type, std::string_view wire, perdure_value* value);
std::string ToWire(const perdure_program& program, uint8_t type, const perdure_value& value);

std::string FromHex(std::string_view hex);

}  // namespace perdure::spec
