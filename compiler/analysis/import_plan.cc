#include <map>
#include <string>
#include <string_view>
#include <utility>

#include "compiler/analysis/checks.h"
#include "compiler/analysis/runtime_imports.h"
#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure::internal {
namespace {

std::string ImportName(const Import& import) {
  return Quote(StrCat(import.module, '.', import.field));
}

const FuncType& TypeOf(const Module& module, const Import& import) {
  return module.types[module.functions[import.index].type];
}

// What a module can link to another module that exports it.
std::string LinkHelp(const Import& import) {
  return StrCat("link it with the module that exports it: perdure build ", Printable(import.module),
                "=FILE THIS_FILE");
}

// A host can supply functions only: everything else would be state that belongs to somebody else.
void RefuseShared(const Module& module, const Import& import, Diagnostics* diagnostics) {
  Diagnostic& error = ErrorAt(module, import.offset,
                              StrCat("nobody supplies the imported ", ExternalKindName(import.kind),
                                     ' ', ImportName(import), ": a host can supply functions only"),
                              diagnostics);
  error.helps.push_back(LinkHelp(import));
  switch (import.kind) {
    case ExternalKind::kMemory:
      error.helps.emplace_back(
          "link without -Wl,--import-memory, so that the module has its own memory");
      break;
    case ExternalKind::kTable:
      error.helps.emplace_back(
          "link without -Wl,--import-table, so that the module has its own table");
      break;
    case ExternalKind::kGlobal:
      error.helps.emplace_back(
          "link a complete module: position-independent code (-shared, -fPIC) imports its bases");
      break;
    case ExternalKind::kFunc:
    case ExternalKind::kTag:
      break;
  }
}

void ReportMissing(const Module& module, const Import& import, Diagnostics* diagnostics) {
  Diagnostic& error = ErrorAt(module, import.offset,
                              StrCat("nobody supplies the import ", ImportName(import), " of type ",
                                     FuncTypeText(TypeOf(module, import))),
                              diagnostics);
  if (import.module == "wasi_snapshot_preview1") {
    error.notes.emplace_back("there is no function of this name in WASI preview 1");
  } else if (import.module == "wasi_unstable" || import.module.starts_with("wasi:")) {
    error.notes.emplace_back("of WASI's versions only wasi_snapshot_preview1 is supported");
  } else if (import.module == "__wbindgen_placeholder__" || import.module == "wbg") {
    error.notes.emplace_back("wasm-bindgen's imports are JavaScript");
  }
  error.helps.emplace_back(
      "give a library that defines it with --host=LIBRARY, or link a module that exports it");
}

class ImportPlanner {
 public:
  ImportPlanner(const Module& module, const PlanOptions& options, Diagnostics* diagnostics)
      : module_(module), options_(options), diagnostics_(diagnostics) {}

  std::vector<PlannedImport> Plan() {
    std::vector<PlannedImport> planned;
    for (uint32_t i = 0; i < module_.imports.size(); ++i) {
      const Import& import = module_.imports[i];
      if (import.kind != ExternalKind::kFunc) {
        RefuseShared(module_, import, diagnostics_);
        continue;
      }
      if (CheckName(import) && CheckSameTwice(import)) planned.push_back({i, Supplier(import)});
    }
    return planned;
  }

 private:
  bool CheckName(const Import& import) {
    if (StrCat(import.module, import.field).find('\0') == std::string::npos) return true;
    ErrorAt(module_, import.offset,
            StrCat("the import name ", ImportName(import), " contains a NUL character"),
            diagnostics_);
    return false;
  }

  // Importing a function twice is legal and Go does it; but there is one C function behind both.
  bool CheckSameTwice(const Import& import) {
    const auto [first, inserted] = seen_.try_emplace({import.module, import.field}, &import);
    const FuncType& first_type = TypeOf(module_, *first->second);
    const FuncType& type = TypeOf(module_, import);
    if (inserted || first_type == type) return true;
    ErrorAt(module_, import.offset,
            StrCat("the import ", ImportName(import), " appears with two types, ",
                   FuncTypeText(first_type), " and ", FuncTypeText(type)),
            diagnostics_);
    return false;
  }

  ImportSupplier Supplier(const Import& import) {
    const RuntimeImport* known = FindRuntimeImport(import.module, import.field);
    if (known == nullptr) {
      if (!options_.has_host_library) ReportMissing(module_, import, diagnostics_);
      return ImportSupplier::kHost;
    }
    const FuncType expected = RuntimeImportType(*known);
    const FuncType& type = TypeOf(module_, import);
    // Also with a host library: were it not to define the symbol, the linker would take the
    // runtime's.
    if (expected != type) {
      ErrorAt(module_, import.offset,
              StrCat("the import ", ImportName(import), " has type ", FuncTypeText(type),
                     ", but the runtime supplies it with type ", FuncTypeText(expected)),
              diagnostics_);
    }
    return ImportSupplier::kRuntime;
  }

  const Module& module_;
  const PlanOptions& options_;
  Diagnostics* const diagnostics_;
  std::map<std::pair<std::string_view, std::string_view>, const Import*> seen_;
};

}  // namespace

std::vector<PlannedImport> PlanImports(const Module& module, const PlanOptions& options,
                                       Diagnostics* diagnostics) {
  return ImportPlanner(module, options, diagnostics).Plan();
}

}  // namespace perdure::internal
