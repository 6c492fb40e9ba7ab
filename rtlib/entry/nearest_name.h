// "Did you mean": the name closest to one that does not exist.
#pragma once

#include <span>
#include <string_view>

namespace perdure {

// The candidate fewest edits (insert, delete, replace, swap neighbours) away from `name`, the first
// of equals; empty if none is within a third of its length.
std::string_view NearestName(std::string_view name, std::span<const std::string_view> candidates);

}  // namespace perdure
