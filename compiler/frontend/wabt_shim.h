// Where libwabt 1.0.32 (Debian 12) and 1.0.36 (Debian 13) differ. Chosen by what the headers
// declare, so that a version in between works too; nothing else in this folder knows that there are
// two.
#pragma once

#include <cstdint>

#include "wabt/binary-reader-nop.h"
#include "wabt/shared-validator.h"

namespace perdure::wabt_shim {

// 1.0.36 checks the static offset of a memory instruction as well. `lane` is the lane index of SIMD
// lane instructions and empty for all others.
#define PERDURE_WABT_MEMORY_INSTRUCTION(Name)                                                  \
  template <typename Validator, typename... Lane>                                              \
  wabt::Result Name(Validator& validator, const wabt::Location& location, wabt::Opcode opcode, \
                    wabt::Var memory, wabt::Address alignment, wabt::Address offset,           \
                    Lane... lane) {                                                            \
    if constexpr (requires {                                                                   \
                    validator.Name(location, opcode, memory, alignment, offset, lane...);      \
                  }) {                                                                         \
      return validator.Name(location, opcode, memory, alignment, offset, lane...);             \
    } else {                                                                                   \
      return validator.Name(location, opcode, memory, alignment, lane...);                     \
    }                                                                                          \
  }
PERDURE_WABT_MEMORY_INSTRUCTION(OnAtomicLoad)
PERDURE_WABT_MEMORY_INSTRUCTION(OnAtomicRmw)
PERDURE_WABT_MEMORY_INSTRUCTION(OnAtomicRmwCmpxchg)
PERDURE_WABT_MEMORY_INSTRUCTION(OnAtomicStore)
PERDURE_WABT_MEMORY_INSTRUCTION(OnLoad)
PERDURE_WABT_MEMORY_INSTRUCTION(OnLoadSplat)
PERDURE_WABT_MEMORY_INSTRUCTION(OnLoadZero)
PERDURE_WABT_MEMORY_INSTRUCTION(OnSimdLoadLane)
PERDURE_WABT_MEMORY_INSTRUCTION(OnSimdStoreLane)
PERDURE_WABT_MEMORY_INSTRUCTION(OnStore)
#undef PERDURE_WABT_MEMORY_INSTRUCTION

// Elements of element segments: 1.0.32 reads ref.null and ref.func itself, 1.0.36 reads any
// constant expression. Each version calls, and overrides, just its own pair.
template <typename Validator>
wabt::Result OnElementNull(Validator& validator, const wabt::Location& location, wabt::Type type) {
  if constexpr (requires { validator.OnElemSegmentElemExpr_RefNull(location, type); }) {
    return validator.OnElemSegmentElemExpr_RefNull(location, type);
  } else {
    return wabt::Result::Error;
  }
}

template <typename Validator>
wabt::Result OnElementFunction(Validator& validator, const wabt::Location& location,
                               wabt::Var function) {
  if constexpr (requires { validator.OnElemSegmentElemExpr_RefFunc(location, function); }) {
    return validator.OnElemSegmentElemExpr_RefFunc(location, function);
  } else {
    return wabt::Result::Error;
  }
}

// Gives the callbacks of both versions one shape. No `override`: which of them override depends on
// the version, and compilers warn about a class that says it for some only.
// NOLINTBEGIN(modernize-use-override)
class ReaderBase : public wabt::BinaryReaderNop {
 public:
  virtual wabt::Result OnElemSegmentElemExpr_RefNull(wabt::Index, wabt::Type type) {
    return ElementNull(type);
  }
  virtual wabt::Result OnElemSegmentElemExpr_RefFunc(wabt::Index, wabt::Index function) {
    return ElementFunction(function);
  }
  virtual wabt::Result BeginElemExpr(wabt::Index, wabt::Index) { return BeginElement(); }
  virtual wabt::Result EndElemExpr(wabt::Index, wabt::Index) { return EndElement(); }

 protected:
  virtual wabt::Result ElementNull(wabt::Type type) = 0;
  virtual wabt::Result ElementFunction(wabt::Index function) = 0;
  virtual wabt::Result BeginElement() = 0;
  virtual wabt::Result EndElement() = 0;
};
// NOLINTEND(modernize-use-override)

}  // namespace perdure::wabt_shim
