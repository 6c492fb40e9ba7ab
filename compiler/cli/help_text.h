// --help texts, from the option table.
#pragma once

#include <string>
#include <string_view>

#include "compiler/cli/option_table.h"

namespace perdure {

std::string ProgramHelp();
std::string VerbHelp(const VerbSpec& verb);

// "-o, --output=FILE"
std::string OptionSyntax(const OptionSpec& option);
// `text` broken into lines of at most `width` columns, each after the first indented by `indent`.
std::string Wrap(std::string_view text, size_t indent, size_t width = 80);

}  // namespace perdure
