// The parts of MakePlan(); see persist_plan.cc.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/analysis/persist_plan.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/frontend/module.h"

namespace perdure::internal {

Diagnostic& ErrorAt(const Module& module, uint64_t offset, std::string message,
                    Diagnostics* diagnostics);
Diagnostic& WarningAt(const Module& module, uint64_t offset, std::string message,
                      Diagnostics* diagnostics);

// "global 3 ('counter')": how an item of an index space is called in messages.
std::string Called(std::string_view noun, uint32_t index, std::string_view name);

// Who supplies each imported function; errors for those nobody does and for all that is not a
// function.
std::vector<PlannedImport> PlanImports(const Module& module, const PlanOptions& options,
                                       Diagnostics* diagnostics);

// Warns where a reference that cannot be written down may get into state.
void CheckForeignReferences(const Module& module, Diagnostics* diagnostics);

}  // namespace perdure::internal
