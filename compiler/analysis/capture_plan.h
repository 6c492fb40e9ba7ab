// CapturePlan: which functions may be on the call stack when a run is committed, and where they
// are then.
//
// A function is captured if it can wait: it calls an import that may block, or has a loop that
// polls (if any are to; frontend/loop_turns.h says which), or calls a captured function. A call
// through a table can reach every function of its type that a reference can name. Everything
// follows from the module; the text that wasm2c writes is not asked.
//
// Invariants
//   P1  The site of every activation that can be under a commit is in `sites`.
//   P2  Sites are numbered by (function, polls last, ordinal) and by nothing else: the numbers are
//       the same whatever the options for compiling are.
//   P3  An import in a table has a site of its own: the caller cannot know which function it will
//       reach, so such an import is reached through a function that keeps its arguments.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "compiler/diag/diagnostics.h"
#include "compiler/frontend/module.h"

namespace perdure {

// As PERDURE_SITE_... in perdure/capture.h.
enum class SiteKind : uint8_t { kCall = 1, kCallIndirect = 2, kImport = 3, kPoll = 4 };

struct CaptureSite {
  uint32_t function = 0;
  uint32_t ordinal = 0;  // among the calls, or among the loops, of the function
  SiteKind kind = SiteKind::kCall;
  uint32_t target = 0;  // function, type, import, 0
};

struct CapturePlan {
  bool polls = false;
  std::vector<CaptureSite> sites;
  std::vector<uint32_t> first_site;       // by function index, and one more for the end of the last
  std::vector<uint32_t> wrapped_imports;  // in tables and may block, ascending

  bool IsCaptured(uint32_t function) const {
    return first_site[function] != first_site[function + 1];
  }
};

// The plan of a command. nullopt: diagnostics has errors; tail calls that may wait are one, their
// frames are gone when the state would have to name them.
std::optional<CapturePlan> PlanCapture(const Module& module, bool polls, Diagnostics* diagnostics);

}  // namespace perdure
