// The stable output contract is docs/reference/json.md: fields are added, never renamed or given
// another meaning, without a new `version`.
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>

#include "compiler/analysis/module_kind.h"
#include "compiler/cli/inspect.h"
#include "compiler/cli/inspect_facts.h"

namespace perdure {
namespace {

using Json = nlohmann::ordered_json;

constexpr int kInspectJsonVersion = 1;

Json OrNull(const std::string& text) { return text.empty() ? Json() : Json(text); }

template <typename T>
Json OrNull(const std::optional<T>& value) {
  return value ? Json(*value) : Json();
}

Json TypesJson(const std::vector<ValueType>& types) {
  Json out = Json::array();
  for (const ValueType type : types) out.push_back(ValueTypeName(type));
  return out;
}

// Of a function: {"params": [...], "results": [...]}; null for everything else.
Json SignatureJson(const Module& module, ExternalKind kind, uint32_t index) {
  if (kind != ExternalKind::kFunc) return Json();
  const FuncType& type = FunctionType(module, index);
  return Json{{"params", TypesJson(type.params)}, {"results", TypesJson(type.results)}};
}

Json ExportsJson(const Module& module) {
  Json out = Json::array();
  for (const Export& item : module.exports) {
    out.push_back({{"name", item.name},
                   {"kind", ExternalKindName(item.kind)},
                   {"index", item.index},
                   {"signature", SignatureJson(module, item.kind, item.index)},
                   {"file", module.PlaceOf(item.offset).file},
                   {"offset", module.PlaceOf(item.offset).offset}});
  }
  return out;
}

Json ImportsJson(const Module& module, const PersistPlan* plan) {
  Json out = Json::array();
  for (uint32_t i = 0; i < module.imports.size(); ++i) {
    const Import& import = module.imports[i];
    out.push_back({{"module", import.module},
                   {"field", import.field},
                   {"kind", ExternalKindName(import.kind)},
                   {"index", import.index},
                   {"signature", SignatureJson(module, import.kind, import.index)},
                   {"supplier", OrNull(std::string(SupplierText(plan, i)))},
                   {"file", module.PlaceOf(import.offset).file},
                   {"offset", module.PlaceOf(import.offset).offset}});
  }
  return out;
}

Json MemoriesJson(const Module& module) {
  Json out = Json::array();
  for (uint32_t i = 0; i < module.memories.size(); ++i) {
    const Memory& memory = module.memories[i];
    out.push_back({{"index", i},
                   {"name", OrNull(memory.name)},
                   {"min_pages", memory.min_pages},
                   {"max_pages", OrNull(memory.max_pages)},
                   {"is_64", memory.is64},
                   {"is_shared", memory.shared},
                   {"is_imported", memory.imported},
                   {"file", module.PlaceOf(memory.offset).file},
                   {"offset", module.PlaceOf(memory.offset).offset}});
  }
  return out;
}

Json GlobalsJson(const Module& module) {
  Json out = Json::array();
  for (uint32_t i = 0; i < module.globals.size(); ++i) {
    const Global& global = module.globals[i];
    out.push_back({{"index", i},
                   {"name", OrNull(global.name)},
                   {"type", ValueTypeName(global.type)},
                   {"is_mutable", global.is_mutable},
                   {"is_imported", global.imported},
                   {"file", module.PlaceOf(global.offset).file},
                   {"offset", module.PlaceOf(global.offset).offset}});
  }
  return out;
}

Json TablesJson(const Module& module) {
  Json out = Json::array();
  for (uint32_t i = 0; i < module.tables.size(); ++i) {
    const Table& table = module.tables[i];
    out.push_back({{"index", i},
                   {"name", OrNull(table.name)},
                   {"type", ValueTypeName(table.type)},
                   {"min_size", table.min_size},
                   {"max_size", OrNull(table.max_size)},
                   {"is_imported", table.imported},
                   {"file", module.PlaceOf(table.offset).file},
                   {"offset", module.PlaceOf(table.offset).offset}});
  }
  return out;
}

Json LinksJson(const Module& module, const std::vector<LinkedImport>& links) {
  Json out = Json::array();
  for (const LinkedImport& link : links) {
    out.push_back({{"importer", link.importer},
                   {"module", link.module},
                   {"field", link.field},
                   {"kind", ExternalKindName(link.kind)},
                   {"index", link.index},
                   {"signature", SignatureJson(module, link.kind, link.index)}});
  }
  return out;
}

// The state, by index into the arrays above; null when the module cannot be built.
Json PersistsJson(const PersistPlan* plan) {
  if (plan == nullptr) return Json();
  Json tables = Json::array();
  for (const PlannedTable& planned : plan->tables) {
    tables.push_back({{"index", planned.table}, {"is_mutable", planned.is_mutable}});
  }
  Json data = Json::array();
  Json elements = Json::array();
  for (const PlannedSegment& segment : plan->segments)
    (segment.is_elem ? elements : data).push_back(segment.index);
  return Json{{"memories", plan->memories},
              {"globals", plan->mutable_globals},
              {"tables", tables},
              {"data_segments", data},
              {"element_segments", elements}};
}

Json CostJson(const CaptureCost& cost) {
  return Json{{"functions", cost.functions},
              {"calls", cost.calls},
              {"indirect_calls", cost.indirect_calls},
              {"host_calls", cost.host_calls},
              {"loops", cost.loops}};
}

// Null for a module without runs.
Json CaptureJson(const Module& module, const PersistPlan* plan) {
  if (plan == nullptr || !plan->capture) return Json();
  return Json{{"preempt", CostJson(CostOf(module, *plan->capture))},
              {"no_preempt", CostJson(CostWithoutPreemption(module))}};
}

Json DiagnosticsJson(const Diagnostics& diagnostics) {
  Json out = Json::array();
  for (const Diagnostic& diagnostic : diagnostics.all()) {
    out.push_back({{"severity", diagnostic.severity == Severity::kError ? "error" : "warning"},
                   {"file", OrNull(diagnostic.file)},
                   {"message", diagnostic.message},
                   {"offset", OrNull(diagnostic.offset)},
                   {"line", OrNull(diagnostic.line)},
                   {"column", OrNull(diagnostic.column)},
                   {"notes", diagnostic.notes},
                   {"helps", diagnostic.helps}});
  }
  return out;
}

}  // namespace

std::string InspectJson(const Module& module, const PersistPlan* plan,
                        const std::vector<LinkedImport>& links, const Diagnostics& diagnostics) {
  const size_t imported = ImportedFunctionCount(module);
  const Json out = {
      {"version", kInspectJsonVersion},
      {"file", module.path},
      {"linked_files", module.origin_files},
      {"bytes", module.binary.size()},
      {"hash", HashText(module)},
      {"kind", ModuleKindName(KindOf(module))},
      {"buildable", plan != nullptr},
      {"features", FeatureNames(module.features)},
      {"functions",
       {{"defined", module.functions.size() - imported},
        {"imported", imported},
        {"code_bytes", module.code_section_bytes},
        {"nesting_max", module.nesting_max}}},
      {"start_function", OrNull(module.start)},
      {"initialize_function", OrNull(FindInitialize(module))},
      {"exports", ExportsJson(module)},
      {"imports", ImportsJson(module, plan)},
      {"links", LinksJson(module, links)},
      {"memories", MemoriesJson(module)},
      {"globals", GlobalsJson(module)},
      {"tables", TablesJson(module)},
      {"persists", PersistsJson(plan)},
      {"capture", CaptureJson(module, plan)},
      {"diagnostics", DiagnosticsJson(diagnostics)},
  };
  // File names need not be UTF-8.
  return out.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace perdure
