#include "compiler/cli/inspect.h"

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/analysis/module_kind.h"
#include "compiler/cli/inspect_facts.h"
#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// Rows of cells, aligned in columns; the last cell of a row may be as long as it likes.
class Rows {
 public:
  void Add(std::vector<std::string> cells) { rows_.push_back(std::move(cells)); }

  // Under a heading, or nothing at all if there are no rows.
  void AppendTo(std::string* out, std::string_view heading) const {
    if (rows_.empty()) return;
    StrAppend(out, '\n', heading, '\n');
    constexpr size_t kWidthMax = 48;  // one long name must not push all others off the screen
    std::vector<size_t> widths;
    for (const std::vector<std::string>& row : rows_) {
      widths.resize(std::max(widths.size(), row.size()));
      for (size_t i = 0; i < row.size(); ++i)
        widths[i] = std::max(widths[i], std::min(row[i].size(), kWidthMax));
    }
    for (const std::vector<std::string>& row : rows_) {
      std::string line = "  ";
      for (size_t i = 0; i < row.size(); ++i) {
        line += row[i];
        if (i + 1 < row.size())
          line.append(widths[i] - std::min(row[i].size(), widths[i]) + 2, ' ');
      }
      line.erase(line.find_last_not_of(' ') + 1);
      StrAppend(out, line, '\n');
    }
  }

 private:
  std::vector<std::vector<std::string>> rows_;
};

std::string Pages(uint64_t pages) {
  constexpr uint64_t kPageKib = 64;
  std::string count = StrCat(pages, pages == 1 ? " page" : " pages");
  if (pages > UINT64_MAX / kPageKib) return count;
  const uint64_t kib = pages * kPageKib;
  const bool whole_mib = kib >= 1024 && kib % 1024 == 0;
  return StrCat(count, " (", whole_mib ? kib / 1024 : kib, whole_mib ? " MiB)" : " KiB)");
}

std::string MemoryText(const Memory& memory) {
  std::string text = Pages(memory.min_pages);
  text += memory.max_pages ? StrCat(", grows up to ", Pages(*memory.max_pages)) : ", may grow";
  if (memory.max_pages == memory.min_pages) text = StrCat(Pages(memory.min_pages), ", never grows");
  if (memory.is64) text += ", 64-bit addresses";
  if (memory.shared) text += ", shared";
  return text;
}

std::string TableText(const Table& table) {
  std::string text =
      StrCat(table.min_size, ' ', ValueTypeName(table.type), table.min_size == 1 ? "" : "s");
  if (table.max_size) StrAppend(&text, ", up to ", *table.max_size);
  return text;
}

std::string NameText(std::string_view name) { return name.empty() ? "" : Quote(name); }

Rows ExportRows(const Module& module) {
  Rows rows;
  for (const Export& item : module.exports) {
    const bool is_function = item.kind == ExternalKind::kFunc;
    rows.Add({StrCat(ExternalKindName(item.kind), ' ', item.index), Quote(item.name),
              is_function ? FuncTypeText(FunctionType(module, item.index)) : std::string()});
  }
  return rows;
}

Rows ImportRows(const Module& module, const PersistPlan* plan) {
  Rows rows;
  for (uint32_t i = 0; i < module.imports.size(); ++i) {
    const Import& import = module.imports[i];
    const bool is_function = import.kind == ExternalKind::kFunc;
    rows.Add({StrCat(ExternalKindName(import.kind), ' ', import.index),
              Quote(StrCat(import.module, '.', import.field)),
              is_function ? FuncTypeText(FunctionType(module, import.index)) : std::string(),
              std::string(SupplierText(plan, i))});
  }
  return rows;
}

Rows LinkRows(const Module& module, const std::vector<LinkedImport>& links) {
  Rows rows;
  for (const LinkedImport& link : links) {
    const bool is_function = link.kind == ExternalKind::kFunc;
    rows.Add({StrCat(ExternalKindName(link.kind), ' ', link.index),
              Quote(StrCat(link.module, '.', link.field)),
              is_function ? FuncTypeText(FunctionType(module, link.index)) : std::string(),
              StrCat("imported by ", Quote(link.importer))});
  }
  return rows;
}

Rows PersistingRows(const Module& module, const PersistPlan& plan) {
  Rows rows;
  for (const uint32_t i : plan.memories) {
    rows.Add(
        {StrCat("memory ", i), NameText(module.memories[i].name), MemoryText(module.memories[i])});
  }
  for (const uint32_t i : plan.mutable_globals) {
    const Global& global = module.globals[i];
    rows.Add(
        {StrCat("global ", i), NameText(global.name), std::string(ValueTypeName(global.type))});
  }
  for (const PlannedTable& planned : plan.tables) {
    const Table& table = module.tables[planned.table];
    rows.Add({StrCat("table ", planned.table), NameText(table.name),
              StrCat(TableText(table), planned.is_mutable ? "" : ", never changes")});
  }
  for (const PlannedSegment& segment : plan.segments) {
    rows.Add({StrCat(segment.is_elem ? "element segment " : "data segment ", segment.index), "",
              "whether it has been dropped"});
  }
  return rows;
}

std::vector<std::string> CostCells(std::string name, size_t functions, const CaptureCost& cost) {
  return {std::move(name), StrCat(cost.functions, " of ", functions, " functions"),
          StrCat("left in ", cost.calls, " calls, ", cost.indirect_calls, " indirect calls, ",
                 cost.host_calls, " host calls, ", cost.loops, " loops")};
}

Rows CaptureRows(const Module& module, const CapturePlan& plan) {
  Rows rows;
  const size_t functions = module.functions.size() - ImportedFunctionCount(module);
  rows.Add(CostCells("captured", functions, CostOf(module, plan)));
  rows.Add(CostCells("with --no-preempt", functions, CostWithoutPreemption(module)));
  return rows;
}

std::string Joined(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) StrAppend(&out, out.empty() ? "" : ", ", word);
  return out;
}

void AppendSummary(std::string* out, const Module& module) {
  const size_t imported = ImportedFunctionCount(module);
  std::string files = Printable(module.path);
  if (!module.origin_files.empty()) {
    files.clear();
    for (const std::string& file : module.origin_files) {
      StrAppend(&files, files.empty() ? "" : " + ", Printable(file));
    }
  }
  StrAppend(out, files, ": ", ModuleKindName(KindOf(module)), ", ", module.binary.size(),
            " bytes, XXH3-128 ", HashText(module), '\n');
  StrAppend(out, "  ", module.functions.size() - imported, " functions in ",
            module.code_section_bytes, " bytes of code, ", imported, " imported functions\n");
  const std::vector<std::string> features = FeatureNames(module.features);
  StrAppend(out, "  WebAssembly 2.0", features.empty() ? "" : " with ", Joined(features), '\n');
  if (module.start) {
    const std::string& name = module.functions[*module.start].name;
    StrAppend(out, "  start function: func ", *module.start, name.empty() ? "" : " ",
              NameText(name), ", run once, as the first event\n");
  }
}

}  // namespace

std::string InspectText(const Module& module, const PersistPlan* plan,
                        const std::vector<LinkedImport>& links) {
  std::string out;
  AppendSummary(&out, module);
  ExportRows(module).AppendTo(&out, "Exports");
  ImportRows(module, plan).AppendTo(&out, "Imports");
  LinkRows(module, links).AppendTo(&out, "Linked");
  if (plan == nullptr) return out + "\nThis module cannot be built\n";
  PersistingRows(module, *plan).AppendTo(&out, "Persists");
  if (plan->capture) CaptureRows(module, *plan->capture).AppendTo(&out, "Call stack, persists");
  const size_t constants = static_cast<size_t>(std::count_if(
      module.globals.begin(), module.globals.end(), [](const Global& g) { return !g.is_mutable; }));
  Rows rest;
  if (constants > 0)
    rest.Add({StrCat(constants, constants == 1 ? " global" : " globals"),
              "constant, part of the program"});
  if (!module.functions.empty() && !plan->capture) rest.Add({"call stack", "empty between events"});
  rest.AppendTo(&out, "Needs no persisting");
  return out;
}

}  // namespace perdure
