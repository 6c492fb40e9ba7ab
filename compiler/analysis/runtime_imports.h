// The imports the runtime supplies by itself. The one list of them: rtlib/wasi and
// rtlib/abi/env_abort.cc define exactly these, and whatever else a module imports must come from a
// host library.
#pragma once

#include <span>
#include <string_view>

#include "compiler/frontend/module.h"

namespace perdure {

struct RuntimeImport {
  std::string_view module;
  std::string_view field;
  std::string_view params;   // a letter each: i = i32, I = i64
  std::string_view results;  // likewise
  // It may wait for the outside, and then the state is committed with the whole call stack.
  bool may_block = false;
};

// Ordered by module and field.
std::span<const RuntimeImport> RuntimeImports();

// nullptr: not one of them.
const RuntimeImport* FindRuntimeImport(std::string_view module, std::string_view field);

FuncType RuntimeImportType(const RuntimeImport& import);

}  // namespace perdure
