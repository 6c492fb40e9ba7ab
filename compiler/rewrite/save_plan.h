// SavePlan: how the sites of a function share the code that saves their values.
//
// A value goes into the slot of its place, whichever site it is saved at. So the code of a site
// with the values {a, b, c} can put c and go on in the code of a site with {a, b}: the sets of a
// function become a forest, in which each set puts what its parent lacks.
//
//     site 7  {a, b, c}    put c ──┐
//     site 9  {a, b, d}    put d ──┴─► site 3  {a, b}    put b, put a ──► pack the frame, return
//
// The parent of a set is the largest that is a part of it. Measured on Lua with polls: 3,694 sites
// have 23,399 live values; one copy of equal sets leaves 14,737 to be put, the forest 4,277.
//
// Invariants
//   S1  From the step of a site to the end exactly the site's values are put: none twice, none that
//       is not live (it may never have been set).
//
// Rejected: one list of everything that is ever saved, behind which dead values are undefined: a
// variable that is set once then stays alive up to the last site.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure {

class SavePlan {
 public:
  static constexpr uint32_t kEnd = UINT32_MAX;
  struct Step {
    std::vector<uint32_t> put;  // ascending
    uint32_t next = kEnd;       // another step, which comes after this one in steps()
  };

  SavePlan() = default;
  // The live values of each site, ascending.
  explicit SavePlan(const std::vector<std::vector<uint32_t>>& sites);

  // Where a site begins; kEnd: it has nothing to save.
  uint32_t StepOf(size_t site) const { return step_of_[site]; }
  const std::vector<Step>& steps() const { return steps_; }

 private:
  std::vector<Step> steps_;
  std::vector<uint32_t> step_of_;
};

}  // namespace perdure
