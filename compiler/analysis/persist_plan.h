// PersistPlan: for one module, what of it is state, and what cannot be.
//
// Rule: nothing is left out silently. Everything mutable is either in the plan or an error with its
// byte offset. What the plan holds is what `perdure inspect` shows and what emit/ turns into the
// descriptor.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/analysis/capture_plan.h"
#include "compiler/diag/diagnostics.h"
#include "compiler/frontend/module.h"

namespace perdure {

// Who supplies an imported function.
enum class ImportSupplier : uint8_t {
  kRuntime,  // perdure itself: env.abort of AssemblyScript, wasi_snapshot_preview1
  kHost,     // a library given with --host
};

struct PlannedImport {
  uint32_t import = 0;  // index into Module::imports
  ImportSupplier supplier = ImportSupplier::kHost;
};

struct PlannedTable {
  uint32_t table = 0;
  bool is_mutable = false;  // some instruction can change it after instantiation
};

struct PlannedSegment {
  bool is_elem = false;
  uint32_t index = 0;
};

struct PersistPlan {
  std::vector<uint32_t> memories;            // all
  std::vector<uint32_t> mutable_globals;     // index order
  std::vector<PlannedTable> tables;          // all
  std::vector<PlannedSegment> segments;      // with a dropped flag in wasm2c's struct
  std::vector<PlannedImport> imports;        // functions, import order
  bool has_host_library = false;             // which may define any of them
  std::optional<uint32_t> initialize;        // function index of the exported _initialize
  std::vector<uint32_t> exported_functions;  // indices into Module::exports, in export order; can
                                             // be called, so without _initialize
  std::optional<CapturePlan> capture;        // of the call stack: commands only
};

struct PlanOptions {
  bool has_host_library = false;  // --host given: unknown imports are taken to be there
  bool preempt = true;            // loops of commands poll
  bool is_program = true;         // else a part of one, which may export no function
};

// nullopt: diagnostics has errors, all that there are. Errors: an import of anything but a
// function, one nobody supplies, one with the wrong type or two types; a program without exported
// functions; a name with a NUL; a command (_start). Warnings: a reference that
// cannot persist may get into state (externref.cc), an export name the command line cannot take.
std::optional<PersistPlan> MakePlan(const Module& module, const PlanOptions& options,
                                    Diagnostics* diagnostics);

}  // namespace perdure
