#include "compiler/analysis/persist_plan.h"

#include <algorithm>
#include <cctype>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/analysis/checks.h"
#include "compiler/analysis/module_kind.h"
#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace internal {

Diagnostic& ErrorAt(const Module& module, uint64_t offset, std::string message,
                    Diagnostics* diagnostics) {
  Diagnostic& diagnostic = diagnostics->Error(std::move(message));
  const Place place = module.PlaceOf(offset);
  diagnostic.file = place.file;
  diagnostic.offset = place.offset;
  return diagnostic;
}

Diagnostic& WarningAt(const Module& module, uint64_t offset, std::string message,
                      Diagnostics* diagnostics) {
  Diagnostic& diagnostic = ErrorAt(module, offset, std::move(message), diagnostics);
  diagnostic.severity = Severity::kWarning;
  return diagnostic;
}

std::string Called(std::string_view noun, uint32_t index, std::string_view name) {
  std::string text = StrCat(noun, ' ', index);
  if (!name.empty()) StrAppend(&text, " (", Quote(name), ')');
  return text;
}

}  // namespace internal

namespace {

using internal::Called;
using internal::ErrorAt;
using internal::WarningAt;

// A 64-bit process has 2^47 bytes of addresses; each memory needs its minimum in one piece.
constexpr uint64_t kMemory64PagesMax = uint64_t{1} << 30;  // 64 TiB

void CheckMemories(const Module& module, Diagnostics* diagnostics) {
  for (uint32_t i = 0; i < module.memories.size(); ++i) {
    const Memory& memory = module.memories[i];
    if (memory.imported) continue;
    const std::string called = Called("memory", i, memory.name);
    if (memory.min_pages > kMemory64PagesMax) {
      ErrorAt(module, memory.offset,
              StrCat(called, " starts with ", memory.min_pages, " pages, at most ",
                     kMemory64PagesMax, " (64 TiB) are supported"),
              diagnostics);
    }
  }
}

// Names are free in wasm; these few places cannot take all of them.
void CheckExportName(const Module& module, const Export& item, Diagnostics* diagnostics) {
  const std::string_view name = item.name;
  if (name.find('\0') != std::string_view::npos) {
    ErrorAt(module, item.offset,
            StrCat("the export name ", Quote(name), " contains a NUL character"), diagnostics)
        .helps.emplace_back("export it under another name");
    return;
  }
  if (item.kind != ExternalKind::kFunc) return;
  if (name == "-") {
    WarningAt(module, item.offset, "the export '-' cannot be called from the command line",
              diagnostics)
        .notes.emplace_back("'-' there means: read calls from standard input");
  }
  const bool has_control =
      std::any_of(name.begin(), name.end(), [](unsigned char c) { return std::iscntrl(c) != 0; });
  if (has_control) {
    WarningAt(module, item.offset,
              StrCat("the export name ", Quote(name), " contains control characters"), diagnostics)
        .notes.emplace_back("it can be called, but not from a line of standard input");
  }
}

void CheckKind(const Module& module, const PlanOptions& options, Diagnostics* diagnostics) {
  if (KindOf(module) != ModuleKind::kEmpty || !options.is_program) return;
  Diagnostic& error =
      diagnostics->Error("the module exports no function, so nothing could ever be called");
  error.file = module.path;
  error.helps.emplace_back(
      "export functions: clang -Wl,--export=NAME, Rust #[no_mangle] pub extern \"C\", "
      "or (export \"name\") in the text format");
}

std::vector<PlannedTable> PlanTables(const Module& module) {
  std::vector<PlannedTable> tables;
  for (uint32_t i = 0; i < module.tables.size(); ++i) tables.push_back({i, false});
  for (const InstructionUse& use : module.uses) {
    if (use.opcode.starts_with("table.")) tables[use.immediate].is_mutable = true;
  }
  return tables;
}

// wasm2c keeps a flag for passive segments with contents, whether or not anything drops them.
// Dropping an empty one changes nothing, and active and declared ones are dropped before the first
// event.
std::vector<PlannedSegment> PlanSegments(const Module& module) {
  std::vector<PlannedSegment> segments;
  for (uint32_t i = 0; i < module.data.size(); ++i) {
    if (module.data[i].mode == SegmentMode::kPassive && module.data[i].bytes > 0)
      segments.push_back({false, i});
  }
  for (uint32_t i = 0; i < module.elems.size(); ++i) {
    if (module.elems[i].mode == SegmentMode::kPassive && module.elems[i].count > 0)
      segments.push_back({true, i});
  }
  return segments;
}

}  // namespace

std::optional<PersistPlan> MakePlan(const Module& module, const PlanOptions& options,
                                    Diagnostics* diagnostics) {
  Diagnostics found;
  PersistPlan plan;
  CheckKind(module, options, &found);
  plan.imports = internal::PlanImports(module, options, &found);
  plan.has_host_library = options.has_host_library;
  CheckMemories(module, &found);
  internal::CheckForeignReferences(module, &found);
  for (const Export& item : module.exports) CheckExportName(module, item, &found);

  for (uint32_t i = 0; i < module.memories.size(); ++i) plan.memories.push_back(i);
  for (uint32_t i = 0; i < module.globals.size(); ++i) {
    if (module.globals[i].is_mutable) plan.mutable_globals.push_back(i);
  }
  plan.tables = PlanTables(module);
  plan.segments = PlanSegments(module);
  plan.initialize = FindInitialize(module);
  for (uint32_t i = 0; i < module.exports.size(); ++i) {
    const Export& item = module.exports[i];
    const bool is_initialize = plan.initialize && item.name == "_initialize";
    if (item.kind == ExternalKind::kFunc && !is_initialize) plan.exported_functions.push_back(i);
  }
  if (KindOf(module) == ModuleKind::kCommand)
    plan.capture = PlanCapture(module, options.preempt, &found);
  for (const Diagnostic& diagnostic : found.all()) diagnostics->Add(diagnostic);
  if (found.has_errors()) return std::nullopt;
  return plan;
}

}  // namespace perdure
