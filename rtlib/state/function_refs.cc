#include "rtlib/state/function_refs.h"

#include <algorithm>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/state/format.h"

namespace perdure {

bool FunctionRefs::IndexOf(const wasm_rt_funcref_t& ref, uint32_t* index) const {
  if (ref.func == nullptr) {
    *index = kNullRef;
    return true;
  }
  if (by_code_.empty()) {
    by_code_.reserve(program_.function_count);
    for (uint32_t i = 0; i < program_.function_count; ++i) {
      by_code_.emplace_back(reinterpret_cast<uintptr_t>(program_.functions[i].func), i);
    }
    std::sort(by_code_.begin(), by_code_.end());
  }
  const uintptr_t code = reinterpret_cast<uintptr_t>(ref.func);
  const auto found =
      std::lower_bound(by_code_.begin(), by_code_.end(), std::pair(code, uint32_t{0}));
  if (found == by_code_.end() || found->first != code ||
      ref.module_instance != ClosureOf(found->second)) {
    return false;
  }
  *index = found->second;
  return true;
}

void* FunctionRefs::ClosureOf(uint32_t index) const {
  return program_.functions[index].imported ? static_cast<void*>(host_) : instance_;
}

wasm_rt_funcref_t FunctionRefs::RefOf(uint32_t index) const {
  if (index == kNullRef) return {};
  PERDURE_CHECK(index < program_.function_count, "function index out of range");
  const perdure_function& function = program_.functions[index];
  wasm_rt_funcref_t ref = {};
  ref.func_type = *function.hash;
  ref.func = function.func;
  ref.func_tailcallee = function.tailcallee;
  ref.module_instance = ClosureOf(index);
  return ref;
}

Status FindFunctionIndices(const FunctionRefs& functions, std::span<const uint8_t> types,
                           std::span<const perdure_value> values, std::vector<uint32_t>* indices) {
  indices->clear();
  for (size_t i = 0; i < types.size(); ++i) {
    if (types[i] != PERDURE_FUNCREF) continue;
    indices->resize(types.size(), PERDURE_NO_INDEX);
    if (!functions.IndexOf(values[i].funcref, &(*indices)[i])) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("value ", i, " is a function of another instance"));
    }
  }
  return OkStatus();
}

}  // namespace perdure
