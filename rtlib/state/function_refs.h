// FunctionRefs: funcrefs of one instance to function indices and back.
//
// A funcref is identified by its C function, which wasm2c makes one per wasm function, and by the
// module instance it closes over. Two functions folded into one by a linker share their code, and
// then the lowest index stands for both: calling either does the same.
//
// Threads: confined to the instance's thread (the lookup table is built on first use).
#pragma once

#include <algorithm>
#include <cstdint>
#include <span>
#include <utility>
#include <vector>

#include "perdure/program.h"
#include "perdure/status.h"

namespace perdure {

class FunctionRefs {
 public:
  // All three must outlive this object.
  FunctionRefs(const perdure_program& program, void* instance, perdure_host* host)
      : program_(program), instance_(instance), host_(host) {}

  // False if `ref` is neither null (*index becomes kNullRef) nor a function of this instance.
  bool IndexOf(const wasm_rt_funcref_t& ref, uint32_t* index) const;

  // REQUIRES: index is kNullRef or below the program's function_count.
  wasm_rt_funcref_t RefOf(uint32_t index) const;

  uint32_t function_count() const { return program_.function_count; }

 private:
  // What a reference to this function closes over: the host for an import, else the instance.
  void* ClosureOf(uint32_t index) const;

  const perdure_program& program_;
  void* instance_;
  perdure_host* host_;
  mutable std::vector<std::pair<uintptr_t, uint32_t>> by_code_;  // sorted
};

inline bool AnyFuncref(std::span<const uint8_t> types) {
  return std::any_of(types.begin(), types.end(),
                     [](uint8_t type) { return type == PERDURE_FUNCREF; });
}

// For the text of `values`: a function index where the type is funcref; empty if it is nowhere.
// kInvalidArgument for another instance's function.
Status FindFunctionIndices(const FunctionRefs& functions, std::span<const uint8_t> types,
                           std::span<const perdure_value> values, std::vector<uint32_t>* indices);

}  // namespace perdure
