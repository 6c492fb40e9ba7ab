#include "compiler/cli/inspect_facts.h"

#include <algorithm>

#include "rtlib/base/text.h"

namespace perdure {

const FuncType& FunctionType(const Module& module, uint32_t function) {
  return module.types[module.functions[function].type];
}

size_t ImportedFunctionCount(const Module& module) {
  return static_cast<size_t>(
      std::count_if(module.functions.begin(), module.functions.end(),
                    [](const Function& function) { return function.imported; }));
}

std::string HashText(const Module& module) {
  return Hex(std::string_view(reinterpret_cast<const char*>(module.hash), sizeof(module.hash)));
}

std::vector<std::string> FeatureNames(const Features& features) {
  std::vector<std::string> names;
  if (features.exceptions) names.emplace_back("exceptions");
  if (features.extended_const) names.emplace_back("extended-const");
  if (features.memory64) names.emplace_back("memory64");
  if (features.multi_memory) names.emplace_back("multi-memory");
  if (features.simd) names.emplace_back("simd");
  if (features.tail_call) names.emplace_back("tail-call");
  if (features.threads) names.emplace_back("threads");
  return names;
}

CaptureCost CostOf(const Module& module, const CapturePlan& plan) {
  CaptureCost cost;
  for (uint32_t i = 0; i < module.functions.size(); ++i) {
    if (plan.IsCaptured(i) && !module.functions[i].imported) ++cost.functions;
  }
  for (const CaptureSite& site : plan.sites) {
    switch (site.kind) {
      case SiteKind::kCall:
        ++cost.calls;
        break;
      case SiteKind::kCallIndirect:
        ++cost.indirect_calls;
        break;
      case SiteKind::kImport:
        ++cost.host_calls;
        break;
      case SiteKind::kPoll:
        ++cost.loops;
        break;
    }
  }
  return cost;
}

CaptureCost CostWithoutPreemption(const Module& module) {
  Diagnostics ignored;  // whatever is refused without polls is refused with them
  const std::optional<CapturePlan> plan = PlanCapture(module, false, &ignored);
  return plan ? CostOf(module, *plan) : CaptureCost();
}

std::string_view SupplierText(const PersistPlan* plan, uint32_t import) {
  if (plan == nullptr) return "";
  for (const PlannedImport& planned : plan->imports) {
    if (planned.import != import) continue;
    return planned.supplier == ImportSupplier::kRuntime ? "runtime" : "host";
  }
  return "";
}

}  // namespace perdure
