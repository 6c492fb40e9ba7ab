// What the readers need to know of single instructions.
#pragma once

#include <cstdint>

#include "compiler/frontend/module.h"
#include "wabt/common.h"
#include "wabt/opcode.h"

namespace perdure {

// Alignment in bytes; wabt's validator wants a number it can compare.
inline wabt::Address AlignmentBytes(wabt::Address log2) {
  return log2 < 32 ? wabt::Address{1} << log2 : wabt::Address{UINT32_MAX};
}

inline bool IsExtendedConstant(wabt::Opcode opcode) {
  switch (opcode) {
    case wabt::Opcode::I32Add:
    case wabt::Opcode::I32Sub:
    case wabt::Opcode::I32Mul:
    case wabt::Opcode::I64Add:
    case wabt::Opcode::I64Sub:
    case wabt::Opcode::I64Mul:
      return true;
    default:
      return false;
  }
}

inline bool IsReference(ValueType type) {
  return type == ValueType::kFuncref || type == ValueType::kExternref;
}

// Bytes of the opcode itself (Opcode::GetLength() allocates). Assumes the shortest encoding of what
// follows a prefix; a longer one is legal and moves the offset in a diagnostic by as much.
inline uint64_t OpcodeLength(wabt::Opcode opcode) {
  if (!opcode.HasPrefix()) return 1;
  return opcode.GetCode() < 0x80 ? 2 : 3;
}

}  // namespace perdure
