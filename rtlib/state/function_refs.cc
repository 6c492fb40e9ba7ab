#include "rtlib/state/function_refs.h"

#include <algorithm>

#include "rtlib/base/check.h"
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
  if (found == by_code_.end() || found->first != code || !ClosesOverUs(ref, found->second)) {
    return false;
  }
  *index = found->second;
  return true;
}

bool FunctionRefs::ClosesOverUs(const wasm_rt_funcref_t& ref, uint32_t index) const {
  if (!program_.functions[index].imported) return ref.module_instance == instance_;
  if (ref.module_instance == host_) return true;
  // For an import in an element segment wasm2c stores the address of its import pointer, a field of
  // the instance struct, where the pointer is meant.
  const uintptr_t at = reinterpret_cast<uintptr_t>(ref.module_instance);
  const uintptr_t begin = reinterpret_cast<uintptr_t>(instance_);
  return at >= begin && at < begin + program_.instance_size;
}

wasm_rt_funcref_t FunctionRefs::RefOf(uint32_t index) const {
  if (index == kNullRef) return {};
  PERDURE_CHECK(index < program_.function_count, "function index out of range");
  const perdure_function& function = program_.functions[index];
  wasm_rt_funcref_t ref = {};
  ref.func_type = *function.hash;
  ref.func = function.func;
  ref.func_tailcallee = function.tailcallee;
  ref.module_instance = function.imported ? static_cast<void*>(host_) : instance_;
  return ref;
}

}  // namespace perdure
