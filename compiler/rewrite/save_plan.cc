#include "compiler/rewrite/save_plan.h"

#include <algorithm>
#include <iterator>
#include <map>

namespace perdure {
namespace {

// How many smaller sets are looked at for a parent: functions with thousands of different sets have
// a good one among the next.
constexpr size_t kCandidatesMax = 400;

}  // namespace

SavePlan::SavePlan(const std::vector<std::vector<uint32_t>>& sites) {
  std::map<std::vector<uint32_t>, uint32_t> known;
  for (const std::vector<uint32_t>& live : sites) {
    if (!live.empty()) known.emplace(live, 0);
  }
  std::vector<const std::vector<uint32_t>*> sets;
  for (const auto& [set, step] : known) sets.push_back(&set);
  std::stable_sort(sets.begin(), sets.end(),
                   [](const auto* a, const auto* b) { return a->size() > b->size(); });
  for (size_t i = 0; i < sets.size(); ++i) {
    const std::vector<uint32_t>& set = *sets[i];
    known[set] = static_cast<uint32_t>(i);
    Step step;
    const size_t end = std::min(sets.size(), i + 1 + kCandidatesMax);
    for (size_t j = i + 1; j < end && step.next == kEnd; ++j) {
      if (std::includes(set.begin(), set.end(), sets[j]->begin(), sets[j]->end()))
        step.next = static_cast<uint32_t>(j);
    }
    if (step.next == kEnd) {
      step.put = set;
    } else {
      std::set_difference(set.begin(), set.end(), sets[step.next]->begin(), sets[step.next]->end(),
                          std::back_inserter(step.put));
    }
    steps_.push_back(std::move(step));
  }
  for (const std::vector<uint32_t>& live : sites)
    step_of_.push_back(live.empty() ? kEnd : known[live]);
}

}  // namespace perdure
