// What both renderings of `perdure inspect` say in the same words.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/analysis/persist_plan.h"
#include "compiler/frontend/module.h"

namespace perdure {

const FuncType& FunctionType(const Module& module, uint32_t function);
size_t ImportedFunctionCount(const Module& module);
std::string HashText(const Module& module);  // 32 hex digits

// Proposals beyond wasm 2.0 and SIMD: "exceptions", "tail-call" ... in wasm2c's spelling.
std::vector<std::string> FeatureNames(const Features& features);

// "runtime", "host", or "" for an import that the plan does not have.
std::string_view SupplierText(const PersistPlan* plan, uint32_t import);

}  // namespace perdure
