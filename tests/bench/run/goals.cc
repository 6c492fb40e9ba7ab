#include "tests/bench/run/goals.h"

#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

namespace perdure::bench {
namespace {

constexpr double kUnknown = -1;
// As fast as another, and what one program differs by from one run to the next.
constexpr double kAsFast = 1.02;

double Value(const std::vector<Figure>& figures, std::string_view row, std::string_view column) {
  const auto found = std::find_if(figures.begin(), figures.end(), [&](const Figure& figure) {
    return figure.row == row && figure.column == column;
  });
  return found == figures.end() ? kUnknown : found->value;
}

struct MeanGoal {
  const char* group;
  double at_most;
};

constexpr MeanGoal kMeans[] = {{"integer and pointer", 1.05},
                               {"float loops, scalar guest", 2},
                               {"float loops, SIMD guest", 1.3},
                               {"Lua", 1.2},
                               {"SQLite", 1.5}};

constexpr const char* kPersistence = "**persistence on over off, events of 100 ms**";

}  // namespace

void AddRunGoals(Report* report) {
  const auto expect = [&](const std::string& what, double at_most, double measured) {
    if (measured != kUnknown) report->goals.push_back({what, at_most, measured});
  };
  const std::vector<Figure>& figures = report->figures;
  for (const MeanGoal& goal : kMeans) {
    const std::string group = goal.group;
    expect(group + ": time over native", goal.at_most,
           Value(figures, "**mean: " + group + "**", "perdure"));
  }
  expect("persistence on over off, events of 100 ms", 1.02,
         Value(figures, kPersistence, "perdure, persisting"));
  double log_sum = 0;
  int count = 0;
  for (const Figure& figure : figures) {
    if (figure.column != "native" || figure.row.starts_with("**")) continue;
    const double generated = Value(figures, figure.row, "perdure");
    const double ours =
        generated != kUnknown ? generated : Value(figures, figure.row, "perdure, persisting");
    for (const char* other : {"V8 (node)", "wasmtime"}) {
      const double theirs = Value(figures, figure.row, other);
      if (ours <= 0 || theirs <= 0) continue;
      expect(figure.row + ": time over " + other, kAsFast, ours / theirs);
    }
    const double with_gcc = Value(figures, figure.row, "perdure --cc=gcc");
    if (with_gcc <= 0 || generated <= 0) continue;
    log_sum += std::log(with_gcc / generated);
    ++count;
  }
  if (count > 0)
    expect("compiled by gcc over by clang, all rows", kAsFast, std::exp(log_sum / count));
}

}  // namespace perdure::bench
