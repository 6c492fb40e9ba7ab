// Linkage: which modules of a script import from which, and the programs that makes.
//
// Modules that import from each other, or that share the memory or the table of `spectest`, become
// one linked program, in which the instantiation of each is a row of ordinary calls: a script
// instantiates one, calls it, instantiates the next. All others are programs of their own.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "tests/spec/script.h"

namespace perdure::spec {

// What a step with a module to instantiate needs.
struct Placement {
  size_t program = 0;  // index into Linkage::modules
  size_t slot = 0;     // instances with the same slot are parts of one program's instance
  bool is_linked = false;
  std::string prefix;  // linked: what its exports' names begin with
  std::string name;    // linked: step I of its instantiation is the export "NAME:I"
  uint32_t steps = 0;
  std::string problem;  // not empty: it cannot be linked, and why
};

struct Linkage {
  std::vector<std::string> modules;   // paths, one per program
  std::vector<Placement> placements;  // one per step that Instantiates()
};

// True for steps that instantiate a module, or try to.
bool Instantiates(const Step& step);

// Writes the linked modules into `folder`.
Linkage Link(const Script& script, const std::string& folder);

}  // namespace perdure::spec
