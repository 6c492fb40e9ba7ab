// What the readers need to know of single instructions.
#pragma once

#include <cstdint>

#include "compiler/frontend/loop_turns.h"
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

// The loads and stores of the core specification, whose codes follow one another.
inline bool IsLoad(wabt::Opcode opcode) {
  return opcode >= wabt::Opcode::I32Load && opcode <= wabt::Opcode::I64Load32U;
}
inline bool IsStore(wabt::Opcode opcode) {
  return opcode >= wabt::Opcode::I32Store && opcode <= wabt::Opcode::I64Store32;
}

// Arithmetic and comparisons of one operand, conversions; and those of two. By their codes.
inline bool IsUnary(wabt::Opcode opcode) {
  if (opcode.HasPrefix()) return false;
  const uint32_t code = opcode.GetCode();
  return code == 0x45 || code == 0x50 || (code >= 0x67 && code <= 0x69) ||
         (code >= 0x79 && code <= 0x7b) || (code >= 0x8b && code <= 0x91) ||
         (code >= 0x99 && code <= 0x9f) || (code >= 0xa7 && code <= 0xc4);
}
inline bool IsBinary(wabt::Opcode opcode) {
  return !opcode.HasPrefix() && opcode.GetCode() >= 0x46 && opcode.GetCode() <= 0xa6 &&
         !IsUnary(opcode);
}

inline LoopTurns::Kind PartInLoop(wabt::Opcode opcode) {
  using Kind = LoopTurns::Kind;
  switch (opcode) {
    case wabt::Opcode::LocalGet:
      return Kind::kGet;
    case wabt::Opcode::LocalSet:
      return Kind::kSet;
    case wabt::Opcode::LocalTee:
      return Kind::kTee;
    case wabt::Opcode::I32Const:
      return Kind::kConst;
    case wabt::Opcode::I32Add:
      return Kind::kAdd;
    case wabt::Opcode::I32Sub:
      return Kind::kSub;
    case wabt::Opcode::I32Ne:
    case wabt::Opcode::I32LtS:
    case wabt::Opcode::I32LtU:
    case wabt::Opcode::I32GtS:
    case wabt::Opcode::I32GtU:
      return Kind::kUnequal;
    case wabt::Opcode::I32Eq:
    case wabt::Opcode::I32LeS:
    case wabt::Opcode::I32LeU:
    case wabt::Opcode::I32GeS:
    case wabt::Opcode::I32GeU:
      return Kind::kEqual;
    case wabt::Opcode::I32Eqz:
      return Kind::kIsZero;
    case wabt::Opcode::If:
      return Kind::kIf;
    case wabt::Opcode::Try:
      return Kind::kTry;
    case wabt::Opcode::Call:
    case wabt::Opcode::CallIndirect:
    case wabt::Opcode::ReturnCall:
    case wabt::Opcode::ReturnCallIndirect:
    case wabt::Opcode::MemoryGrow:
    case wabt::Opcode::MemoryFill:
    case wabt::Opcode::MemoryCopy:
    case wabt::Opcode::MemoryInit:
    case wabt::Opcode::TableGrow:
    case wabt::Opcode::TableFill:
    case wabt::Opcode::TableCopy:
    case wabt::Opcode::TableInit:
      return Kind::kLong;
    case wabt::Opcode::I64Const:
    case wabt::Opcode::F32Const:
    case wabt::Opcode::F64Const:
      return Kind::kLiteral;
    default:
      if (IsUnary(opcode)) return Kind::kUnary;
      if (IsBinary(opcode)) return Kind::kBinary;
      return IsLoad(opcode) ? Kind::kLoad : IsStore(opcode) ? Kind::kStore : Kind::kOther;
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
