#include "compiler/rewrite/save_plan.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

namespace perdure {
namespace {

using Set = std::vector<uint32_t>;

// What is put from a step on.
Set PutFrom(const SavePlan& plan, uint32_t step) {
  Set all;
  while (step != SavePlan::kEnd) {
    const SavePlan::Step& at = plan.steps()[step];
    all.insert(all.end(), at.put.begin(), at.put.end());
    REQUIRE((at.next == SavePlan::kEnd || at.next > step));
    step = at.next;
  }
  std::sort(all.begin(), all.end());
  return all;
}

size_t PutCount(const SavePlan& plan) {
  size_t count = 0;
  for (const SavePlan::Step& step : plan.steps()) count += step.put.size();
  return count;
}

TEST_CASE("a set goes on in the largest set that is a part of it") {
  const SavePlan plan({{1, 2, 3}, {1, 2}, {1, 2, 4}, {1}, {}, {1, 2}});
  CHECK(PutCount(plan) == 4);
  CHECK(plan.steps().size() == 4);
  CHECK(plan.StepOf(1) == plan.StepOf(5));
  CHECK(plan.StepOf(4) == SavePlan::kEnd);
  CHECK(plan.steps()[plan.StepOf(0)].put == Set{3});
  CHECK(plan.steps()[plan.StepOf(0)].next == plan.StepOf(1));
  CHECK(plan.steps()[plan.StepOf(2)].next == plan.StepOf(1));
  CHECK(plan.steps()[plan.StepOf(1)].put == Set{2});
}

TEST_CASE("S1: each site puts its values, each of them once, and no other") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    std::vector<Set> sites(1 + random() % 900);
    const auto variables = static_cast<uint32_t>(1 + random() % 12);
    size_t values = 0;
    for (Set& site : sites) {
      for (uint32_t v = 0; v < variables; ++v) {
        if (random() % 3 != 0) site.push_back(v);
      }
      values += site.size();
    }
    const SavePlan plan(sites);
    for (size_t i = 0; i < sites.size(); ++i) REQUIRE(PutFrom(plan, plan.StepOf(i)) == sites[i]);
    REQUIRE(PutCount(plan) <= values);
  }
}

}  // namespace
}  // namespace perdure
