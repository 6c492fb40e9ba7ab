// What `perdure inspect` shows: a module, and what of it will persist.
#pragma once

#include <string>
#include <vector>

#include "compiler/analysis/persist_plan.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/frontend/module.h"
#include "compiler/link/link.h"

namespace perdure {

// For people. `plan` is null when the module cannot be built; then what persists is left out, and
// the diagnostics, which the caller prints, say why.
std::string InspectText(const Module& module, const PersistPlan* plan,
                        const std::vector<LinkedImport>& links);

// For programs: docs/reference/json.md. Ends with a newline.
std::string InspectJson(const Module& module, const PersistPlan* plan,
                        const std::vector<LinkedImport>& links, const Diagnostics& diagnostics);

}  // namespace perdure
