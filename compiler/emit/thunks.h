// Call thunks: from an array of values to a C call of one function type, and back.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "compiler/analysis/persist_plan.h"
#include "compiler/frontend/module.h"

namespace perdure {

// Indices of the types that functions entered from outside have: exports, the start function,
// _initialize.
std::set<uint32_t> EnteredTypes(const Module& module, const PersistPlan& plan);

// The C name and the C definition of the thunk of type `index`.
std::string ThunkName(uint32_t index);
std::string Thunk(const FuncType& type, uint32_t index);

}  // namespace perdure
