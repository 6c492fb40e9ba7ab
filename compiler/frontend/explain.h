// Turns what wabt says about a module into a diagnostic for a person.
#pragma once

#include <string>
#include <string_view>

#include "compiler/diag/diagnostics.h"
#include "compiler/frontend/declaration_reader.h"
#include "compiler/frontend/module.h"

namespace perdure {

// `module` is as far as it was read when `error` happened.
Diagnostic ExplainReadError(const Module& module, const ReadError& error);

// wabt's sentence in our form: lower case, no full stop, "index out of range" instead of "variable
// ...".
std::string Reword(std::string_view message);

}  // namespace perdure
