#include "compiler/rewrite/tricks.h"

#include <algorithm>
#include <string>
#include <utility>

#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::pair<std::string_view, bool Tricks::*> kNames[] = {
    {"float-registers", &Tricks::float_registers}, {"constant-base", &Tricks::constant_base},
    {"needed-loads", &Tricks::needed_loads},       {"linear-addresses", &Tricks::linear_addresses},
    {"call-checks", &Tricks::call_checks},
};

}  // namespace

Result<Tricks> TricksWithout(std::string_view without) {
  Tricks tricks;
  while (!without.empty()) {
    const std::string_view name = without.substr(0, without.find(','));
    without.remove_prefix(std::min(without.size(), name.size() + 1));
    bool found = false;
    std::string known = "all";
    for (const auto& [trick, member] : kNames) {
      StrAppend(&known, ", ", trick);
      if (name != trick && name != "all") continue;
      tricks.*member = false;
      found = true;
    }
    if (!found) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("PERDURE_WITHOUT names ", Quote(name), ", which is none of ", known));
    }
  }
  return tricks;
}

}  // namespace perdure
