#include "compiler/rewrite/frame_text.h"

#include <algorithm>

#include "compiler/wasm2c/c_types.h"
#include "rtlib/base/text.h"

namespace perdure {

uint32_t FrameBytes(ValueType type) {
  switch (type) {
    case ValueType::kI32:
    case ValueType::kF32:
      return 4;
    case ValueType::kI64:
    case ValueType::kF64:
    case ValueType::kExternref:
      return 8;
    case ValueType::kV128:
      return 16;
    case ValueType::kFuncref:
      return 32;
  }
  return 0;
}

std::string ResultMember(const FuncType& type) {
  const std::string c_type = CResultType(type);
  return "as_" + c_type.substr(c_type.rfind(' ') + 1);
}

FrameSlots FrameSlots::Of(const std::vector<Variable>& variables) {
  FrameSlots slots;
  uint32_t depth = 0, caught = 0;
  for (const Variable& variable : variables) {
    uint32_t& end = variable.place == LivePlace::kLocal   ? slots.stack
                    : variable.place == LivePlace::kStack ? depth
                                                          : caught;
    end = std::max(end, variable.index + 1);
  }
  slots.caught = slots.stack + depth;
  slots.end = slots.caught + caught;
  return slots;
}

uint32_t FrameSlots::SlotOf(const Variable& variable) const {
  switch (variable.place) {
    case LivePlace::kLocal:
      return variable.index;
    case LivePlace::kStack:
      return stack + variable.index;
    case LivePlace::kCatch:
      return caught + variable.index;
  }
  return 0;
}

std::string DummyReturn(const FuncType& type) {
  if (type.results.empty()) return "return;";
  if (type.results.size() > 1) return StrCat("return (", CResultType(type), "){};");
  switch (type.results[0]) {
    case ValueType::kV128:
      return "return simde_wasm_i64x2_make(0, 0);";
    case ValueType::kFuncref:
      return "return wasm_rt_funcref_null_value;";
    case ValueType::kExternref:
      return "return wasm_rt_externref_null_value;";
    default:
      return "return 0;";
  }
}

std::string ResumeName(const std::string& symbol) { return StrCat("perdure_resume_", symbol); }

}  // namespace perdure
