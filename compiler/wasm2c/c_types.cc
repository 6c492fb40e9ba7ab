#include "compiler/wasm2c/c_types.h"

#include "rtlib/base/text.h"

namespace perdure {
namespace {

// wasm2c's one-letter names for value types, as in "wasm_multi_ij".
char TypeLetter(ValueType type) {
  switch (type) {
    case ValueType::kI32:
      return 'i';
    case ValueType::kI64:
      return 'j';
    case ValueType::kF32:
      return 'f';
    case ValueType::kF64:
      return 'd';
    case ValueType::kV128:
      return 'o';
    case ValueType::kFuncref:
      return 'r';
    case ValueType::kExternref:
      return 'e';
  }
  return '?';
}

}  // namespace

std::string_view CType(ValueType type) {
  switch (type) {
    case ValueType::kI32:
      return "u32";
    case ValueType::kI64:
      return "u64";
    case ValueType::kF32:
      return "f32";
    case ValueType::kF64:
      return "f64";
    case ValueType::kV128:
      return "v128";
    case ValueType::kFuncref:
      return "wasm_rt_funcref_t";
    case ValueType::kExternref:
      return "wasm_rt_externref_t";
  }
  return "?";
}

std::string CResultType(const FuncType& type) {
  if (type.results.empty()) return "void";
  if (type.results.size() == 1) return std::string(CType(type.results[0]));
  std::string out = "struct wasm_multi_";
  for (const ValueType result : type.results) out += TypeLetter(result);
  return out;
}

std::string CResultField(const FuncType& type, size_t index) {
  return StrCat(TypeLetter(type.results[index]), index);
}

}  // namespace perdure
