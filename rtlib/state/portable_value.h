// PortableValue: a wasm value without pointers, as it is stored.
#pragma once

#include <array>
#include <cstdint>
#include <cstring>

#include "perdure/host.h"
#include "perdure/program.h"
#include "rtlib/base/bytes.h"
#include "rtlib/state/format.h"

namespace perdure {

constexpr bool IsReference(uint8_t type) {
  return type == PERDURE_FUNCREF || type == PERDURE_EXTERNREF;
}

// Bytes of a value in wasm2c's instance struct; 0 for a byte that is no value type.
constexpr size_t NativeBytes(uint8_t type) {
  switch (type) {
    case PERDURE_I32:
    case PERDURE_F32:
      return 4;
    case PERDURE_I64:
    case PERDURE_F64:
      return 8;
    case PERDURE_V128:
      return 16;
    case PERDURE_FUNCREF:
      return sizeof(wasm_rt_funcref_t);
    case PERDURE_EXTERNREF:
      return sizeof(wasm_rt_externref_t);
    default:
      return 0;
  }
}

// Numbers and vectors: their NativeBytes(), bits unchanged, the rest zero. References: the function
// index or the name of a host reference (kNullRef for null) in the first four bytes.
struct PortableValue {
  std::array<uint8_t, 16> bytes = {};

  bool operator==(const PortableValue&) const = default;

  static PortableValue Reference(uint32_t number) {
    PortableValue value;
    std::memcpy(value.bytes.data(), &number, sizeof(number));
    return value;
  }
  uint32_t reference() const {
    uint32_t number;
    std::memcpy(&number, bytes.data(), sizeof(number));
    return number;
  }
};

// A reference on its own: varint of index or name + 1, 0 for null.
inline void WriteReference(uint32_t number, ByteWriter* writer) {
  writer->Varint(number == kNullRef ? 0 : uint64_t{number} + 1);
}

// Fails the reader unless the reference is null, a function below function_count, or a name.
inline uint32_t ReadReference(uint8_t type, uint32_t function_count, ByteReader* reader) {
  const uint64_t stored = reader->Varint();
  if (stored == 0) return kNullRef;
  if (stored > (type == PERDURE_FUNCREF ? function_count : kNullRef)) {
    reader->Fail();
    return kNullRef;
  }
  return static_cast<uint32_t>(stored - 1);
}

inline void WriteValue(uint8_t type, const PortableValue& value, ByteWriter* writer) {
  if (IsReference(type)) {
    WriteReference(value.reference(), writer);
  } else {
    writer->Raw(value.bytes.data(), NativeBytes(type));
  }
}

inline PortableValue ReadValue(uint8_t type, uint32_t function_count, ByteReader* reader) {
  PortableValue value;
  if (IsReference(type)) {
    return PortableValue::Reference(ReadReference(type, function_count, reader));
  }
  const std::string_view raw = reader->Raw(NativeBytes(type));
  if (!raw.empty()) std::memcpy(value.bytes.data(), raw.data(), raw.size());
  return value;
}

}  // namespace perdure
