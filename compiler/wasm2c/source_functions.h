// The functions in the C files that wasm2c wrote, as texts.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

// The NAME in "RESULT NAME(w2c_app* instance, ..." at the beginning of a function; empty: the line
// is something else. `self` is "(w2c_app* instance".
std::string_view DefinedSymbol(std::string_view line, std::string_view self);

struct SourceFunctions {
  std::string_view head;  // types, tables, instantiate, exports: all that is before the functions
  std::vector<std::string_view> functions;  // by function index; an import's is empty
};

// Takes wasm2c's files, in their order, apart; it divides the functions among them by a hash of
// their names. The texts have to outlive the result. A failure is an internal error.
Result<SourceFunctions> FindFunctions(const Module& module, const Wasm2cNames& names,
                                      const std::vector<std::string>& sources);

}  // namespace perdure
