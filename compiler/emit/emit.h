// Emit: what perdure adds to wasm2c's C for one program, as texts. It writes tables, not behaviour:
// the only code is what C cannot express as data (call thunks, accessors of bit-fields).
#pragma once

#include <string>

#include "compiler/analysis/persist_plan.h"
#include "compiler/frontend/module.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

struct EmitInput {
  const Module& module;
  const PersistPlan& plan;
  const Wasm2cNames& names;
  std::string program_name;        // messages and the default state path
  std::string symbol;              // C identifier: perdure_<symbol>_program
  std::string default_state;       // empty: none
  std::string compiler_version;    // "0.1.0"
  bool has_constant_base = false;  // memory_access.h
};

// app.persist.c: the descriptor of perdure/program.h.
Result<std::string> EmitDescriptor(const EmitInput& input);
// app.main.c.
Result<std::string> EmitMain(const EmitInput& input);
// The linker's version script of a shared library.
Result<std::string> EmitExportMap(const EmitInput& input);
// NAME.hpp: the module as a C++ class.
Result<std::string> EmitClassHeader(const EmitInput& input);
// NAME.host.h: prototypes of the functions a host library supplies.
Result<std::string> EmitHostHeader(const EmitInput& input);

}  // namespace perdure
