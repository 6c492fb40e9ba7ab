#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace perdure {

// Replaces every `from` in `text` and returns how many there were.
size_t ReplaceAll(std::string* text, std::string_view from, std::string_view to);

}  // namespace perdure
