// Man pages, completions and the reference page, from the option table.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "compiler/cli/option_table.h"

namespace perdure {

struct GeneratedFile {
  std::string name;
  std::string text;
};

// perdure.1, perdure-build.1 ...
std::vector<GeneratedFile> ManPages(std::string_view version);
// perdure.bash, _perdure (zsh), perdure.fish.
std::vector<GeneratedFile> Completions();
// cli.md, which is docs/reference/cli.md.
std::vector<GeneratedFile> ReferencePages();

}  // namespace perdure
