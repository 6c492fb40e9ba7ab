// How wasm2c writes types.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "compiler/frontend/module.h"

namespace perdure {

// wasm2c's name for a value type: "u32", "wasm_rt_funcref_t" ...
std::string_view CType(ValueType type);
// wasm2c's return type for a function type: "void", "u32", "struct wasm_multi_ij".
std::string CResultType(const FuncType& type);
// The field of wasm2c's multi-value struct that holds result `index`: "i0".
std::string CResultField(const FuncType& type, size_t index);

}  // namespace perdure
