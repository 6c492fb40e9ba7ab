// Translation: from a Module to the C files of a program in a work directory.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/analysis/persist_plan.h"
#include "compiler/driver/build.h"
#include "compiler/driver/files.h"
#include "compiler/driver/subprocess.h"
#include "compiler/frontend/module.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

struct Unit {
  std::string file;
  bool is_resume = false;  // cold, see compile.h
  bool is_giant = false;   // see shard_plan.h
  uint64_t c_bytes = 0;    // without headers
};

// In the work directory of a shared library.
inline constexpr const char* kExportMap = "exports.map";

struct Translation {
  Wasm2cNames names;
  std::vector<Unit> units;         // C files to compile, largest first
  std::vector<std::string> files;  // everything generated, sorted: what --emit=cpp gives
};

// How many units FinishTranslation() makes.
size_t UnitCount(const Module& module, const PersistPlan& plan, EmitKind emit);

// The command that translates "app.wasm" in `work`.
Command Wasm2cCommand(const Module& module, const std::string& wasm2c, const std::string& symbol,
                      const WorkDirectory& work);

// After wasm2c ran: repairs its files, writes ours beside them. A failure is an internal error.
Result<Translation> FinishTranslation(const Module& module, const PersistPlan& plan,
                                      const BuildOptions& options, const std::string& symbol,
                                      const WorkDirectory& work);

}  // namespace perdure
