// Are the functions that a host library is to supply there? Found out before the module is
// compiled, which may take minutes: a small program that names them all is linked with everything
// the real one will have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/analysis/persist_plan.h"
#include "compiler/driver/build.h"
#include "compiler/driver/compile.h"
#include "compiler/driver/files.h"
#include "compiler/frontend/module.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

// The import indices (into Module::imports) nobody supplies. A link that fails for another reason
// gives none: the real link will report it.
Result<std::vector<uint32_t>> MissingHostImports(const Module& module, const PersistPlan& plan,
                                                 const Wasm2cNames& names, const CToolchain& tools,
                                                 const BuildOptions& options,
                                                 const WorkDirectory& work);

// True if `symbol` occurs in `text` as a whole word.
bool NamesSymbol(std::string_view text, std::string_view symbol);

}  // namespace perdure
