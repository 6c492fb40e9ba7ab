// The modules named on a command line, as one.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/link/link.h"
#include "perdure/status.h"

namespace perdure {

struct InputFile {
  std::string name;  // under which other modules import from it
  std::string path;
};

// "alloc=lib/dlmalloc.wasm" names the module; "lib/dlmalloc.wasm" is called dlmalloc. What stands
// before '=' is a name if it has no '/' in it. The path "-" is standard input.
InputFile ParseInput(const std::string& argument);

// kInvalidArgument if standard input is used in a way that has no meaning.
Status CheckInputs(const std::vector<std::string>& arguments);

// Reads the modules and links them, if there are several. nullopt: diagnostics has errors, those of
// all files. REQUIRES: there is one.
std::optional<LinkedModule> ReadInputs(const std::vector<std::string>& arguments,
                                       Diagnostics* diagnostics);

}  // namespace perdure
