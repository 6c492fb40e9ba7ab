// Dependency files for build systems, in the Makefile syntax that compilers write.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace perdure {

// `path` with blanks, '#' and '$' escaped as make and ninja read them.
std::string DepfileEscape(std::string_view path);

// "target: a b" and an empty rule for each dependency, so that a deleted one is no error for make.
std::string DepfileText(std::string_view target, const std::vector<std::string>& dependencies);

}  // namespace perdure
