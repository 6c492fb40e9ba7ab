#include "compiler/diag/color.h"

namespace perdure {

bool UseColor(ColorChoice choice, bool is_terminal, const EnvironmentLookup& environment) {
  if (choice != ColorChoice::kAuto) return choice == ColorChoice::kAlways;
  const auto value = [&](const char* name) {
    const char* text = environment(name);
    return std::string_view(text == nullptr ? "" : text);
  };
  if (!value("NO_COLOR").empty()) return false;
  const std::string_view force = value("CLICOLOR_FORCE");
  if (!force.empty() && force != "0") return true;
  if (value("TERM") == "dumb" || value("CLICOLOR") == "0") return false;
  return is_terminal;
}

}  // namespace perdure
