// "did you mean": the nearest of some words.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace perdure {

// Edits (insert, delete, replace, swap of neighbours) between two words.
size_t EditDistance(std::string_view a, std::string_view b);

// The word nearest to `word`, or empty if none is near (a third of its length, at least one edit).
std::string Nearest(std::string_view word, const std::vector<std::string>& words);

}  // namespace perdure
