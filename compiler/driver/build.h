// Build: from wasm files to a program, by way of the layers below and the machine's C toolchain.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/driver/exit_code.h"
#include "compiler/rewrite/tricks.h"

namespace perdure {

enum class EmitKind : uint8_t {
  kExe,
  kStaticLib,  // OUT.a with the module and its descriptor, NAME.hpp and NAME.host.h beside it
  kSharedLib,  // OUT.so with the runtime as well, and the same headers
  kObject,     // the archive's content as one relocatable object
  kCpp,        // a folder with the sources
};

// Linked with the runtime and with host libraries, so that nothing is left to be found.
constexpr bool IsComplete(EmitKind emit) {
  return emit == EmitKind::kExe || emit == EmitKind::kSharedLib;
}

struct BuildOptions {
  std::vector<std::string> inputs;  // as in ParseInput(); linked, the last one is the main one
  std::string output;               // empty: from the main input's name
  EmitKind emit = EmitKind::kExe;
  std::string name;   // program name; empty: from the output's name
  std::string state;  // default state path; empty: none
  std::vector<std::string> hosts;
  int optimize = 3;
  std::string cc;
  std::string target;
  bool is_static = false;
  bool preempt = true;  // commands: a run can be saved at the heads of its loops
  int jobs = 0;         // 0: one per core
  std::string keep;
  std::string depfile;
  std::string compiler_version;
  Tricks tricks;
};

// Where a build tells how far it is. Nothing in driver/ prints.
class BuildReporter {
 public:
  virtual ~BuildReporter() = default;
  virtual void Step(size_t number, size_t total, const std::string& what) = 0;
  virtual void Command(const std::string& text) = 0;
};

struct BuildResult {
  ExitCode code = ExitCode::kOk;
  std::string output;        // the path that was written
  std::string tool_heading;  // "while compiling generated code"
  std::string tool_output;   // what a failing tool printed
};

BuildResult Build(const BuildOptions& options, BuildReporter* reporter, Diagnostics* diagnostics);

// `options` with what was left empty filled in (output, name, jobs).
BuildOptions WithDefaults(BuildOptions options);

}  // namespace perdure
