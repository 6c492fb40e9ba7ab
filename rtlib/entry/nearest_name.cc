#include "rtlib/entry/nearest_name.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace perdure {
namespace {

// Longer names are not compared: nobody mistypes those, and the distance is quadratic.
constexpr size_t kComparedBytesMax = 128;

// Optimal string alignment distance, with the three last rows of its table.
size_t EditDistance(std::string_view a, std::string_view b) {
  std::vector<size_t> before_last(b.size() + 1), last(b.size() + 1), row(b.size() + 1);
  std::iota(row.begin(), row.end(), size_t{0});
  for (size_t i = 1; i <= a.size(); ++i) {
    before_last.swap(last);
    last.swap(row);
    row[0] = i;
    for (size_t j = 1; j <= b.size(); ++j) {
      size_t replaced = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({replaced, last[j] + 1, row[j - 1] + 1});
      bool swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
      if (swapped) row[j] = std::min(row[j], before_last[j - 2] + 1);
    }
  }
  return row[b.size()];
}

}  // namespace

std::string_view NearestName(std::string_view name, std::span<const std::string_view> candidates) {
  if (name.size() > kComparedBytesMax) return {};
  std::string_view nearest;
  size_t distance_limit = std::max<size_t>(1, name.size() / 3) + 1;
  for (std::string_view candidate : candidates) {
    if (candidate.size() > kComparedBytesMax) continue;
    size_t distance = EditDistance(name, candidate);
    // As many edits as letters: nothing of the candidate was typed.
    if (distance >= candidate.size()) continue;
    if (distance < distance_limit) {
      distance_limit = distance;
      nearest = candidate;
    }
  }
  return nearest;
}

}  // namespace perdure
