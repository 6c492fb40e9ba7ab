// Workshop: makes what a script needs and keeps it. Objects of modules are cached by their bytes,
// drivers by what they are linked of, both by the version of the toolchain.
//
// Threads: none; several processes may work in the same folder.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "tests/spec/script.h"

namespace perdure::spec {

struct BuiltModule {
  std::string symbol;   // the descriptor is perdure_<symbol>_program
  std::string object;   // path; empty: it could not be built
  std::string problem;  // then: the first line of what the compiler says
};

class Workshop {
 public:
  // `folder` is made if need be.
  explicit Workshop(const std::string& folder);

  const std::string& folder() const { return folder_; }
  // Where the script at `path`, and what is made of it, is kept.
  std::string ScriptFolder(const std::string& path) const;

  // Builds `module`, or finds it built.
  BuiltModule Build(const std::string& module) const;

  // Links a driver in `folder` whose table of programs is `modules`, in that order. Empty:
  // *problem.
  std::string LinkDriver(const std::string& folder, const std::vector<BuiltModule>& modules,
                         std::string* problem) const;

 private:
  std::string folder_;
};

}  // namespace perdure::spec
