// Doctor: is what a build needs there, and does it work? Each check says yes, or no and the way
// out; the last builds and runs a small module, which is the only proof.
#pragma once

#include <string>
#include <vector>

namespace perdure {

struct DoctorCheck {
  std::string name;  // "wasm2c"
  bool ok = false;
  std::string detail;  // what was found, or why not
  std::string help;    // when not ok: the way out
};

std::vector<DoctorCheck> RunDoctor(const std::string& cc, const std::string& compiler_version);

}  // namespace perdure
