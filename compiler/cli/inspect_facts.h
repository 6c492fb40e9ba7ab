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

// What it takes to save a command's call stack: how many functions have a second form, and where
// they can be left.
struct CaptureCost {
  size_t functions = 0;                                             // of the module's own, captured
  size_t calls = 0, indirect_calls = 0, host_calls = 0, loops = 0;  // sites
};
CaptureCost CostOf(const Module& module, const CapturePlan& plan);
// The same for a build with --no-preempt. REQUIRES: the module can be built.
CaptureCost CostWithoutPreemption(const Module& module);

}  // namespace perdure
