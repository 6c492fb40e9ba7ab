#include "compiler/analysis/module_kind.h"

namespace perdure {
namespace {

bool IsPlainFunction(const Module& module, const Export& item) {
  if (item.kind != ExternalKind::kFunc) return false;
  const FuncType& type = module.types[module.functions[item.index].type];
  return type.params.empty() && type.results.empty();
}

}  // namespace

std::string_view ModuleKindName(ModuleKind kind) {
  switch (kind) {
    case ModuleKind::kReactor:
      return "reactor";
    case ModuleKind::kCommand:
      return "command";
    case ModuleKind::kEmpty:
      return "empty";
  }
  return "unknown";
}

std::optional<uint32_t> FindInitialize(const Module& module) {
  for (const Export& item : module.exports) {
    if (item.name == "_initialize" && IsPlainFunction(module, item)) return item.index;
  }
  return std::nullopt;
}

ModuleKind KindOf(const Module& module) {
  ModuleKind kind = ModuleKind::kEmpty;
  for (const Export& item : module.exports) {
    if (item.name == "_start" && IsPlainFunction(module, item)) return ModuleKind::kCommand;
    const bool is_initialize = item.name == "_initialize" && IsPlainFunction(module, item);
    if (item.kind == ExternalKind::kFunc && !is_initialize) kind = ModuleKind::kReactor;
  }
  return kind;
}

}  // namespace perdure
