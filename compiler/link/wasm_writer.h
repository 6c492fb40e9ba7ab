// What ByteWriter lacks for the binary format.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/frontend/module.h"
#include "rtlib/base/bytes.h"

namespace perdure {

inline void AppendSignedLeb(int64_t value, std::string* out) {
  while (value < -64 || value > 63) {
    out->push_back(static_cast<char>((value & 0x7f) | 0x80));
    value >>= 7;
  }
  out->push_back(static_cast<char>(value & 0x7f));
}

inline void AppendUnsignedLeb(uint64_t value, std::string* out) { ByteWriter(out).Varint(value); }

inline void AppendI32Const(uint32_t value, std::string* out) {
  out->push_back(0x41);
  AppendSignedLeb(static_cast<int32_t>(value), out);
}

inline void AppendValueTypes(const std::vector<ValueType>& types, std::string* out) {
  AppendUnsignedLeb(types.size(), out);
  for (const ValueType type : types) out->push_back(static_cast<char>(type));
}

// A vector whose entries are made one after the other.
struct WasmVector {
  uint64_t count = 0;
  std::string entries;

  std::string* Add() {
    ++count;
    return &entries;
  }
};

// The section, unless it would be empty.
inline void AppendSection(uint8_t id, const WasmVector& vector, std::string* out) {
  if (vector.count == 0) return;
  std::string payload;
  AppendUnsignedLeb(vector.count, &payload);
  payload += vector.entries;
  out->push_back(static_cast<char>(id));
  ByteWriter(out).Bytes(payload);
}

}  // namespace perdure
