#include "compiler/driver/shard_plan.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

// A module with functions of these sizes in kilobytes of code.
Module ModuleOf(const std::vector<uint64_t>& kilobytes) {
  Module module;
  for (const uint64_t size : kilobytes) {
    module.functions.emplace_back().code_bytes = size * 1000;
    module.code_section_bytes += size * 1000;
  }
  return module;
}

// Every function is in exactly one shard, in order.
void RequireWhole(const Module& module, const std::vector<Shard>& plan) {
  uint32_t next = 0;
  for (const Shard& shard : plan) {
    REQUIRE(shard.begin == next);
    REQUIRE(shard.end > shard.begin);
    next = shard.end;
  }
  REQUIRE(next == module.functions.size());
}

}  // namespace

TEST_CASE("a small module is one shard, and has one without functions too") {
  REQUIRE(IsSmall(Module()));
  REQUIRE(PlanShards(Module()).size() == 1);
  const Module module = ModuleOf({1, 2, 3});
  REQUIRE(IsSmall(module));
  REQUIRE(PlanShards(module).size() == 1);
  RequireWhole(module, PlanShards(module));
}

TEST_CASE("about one shard per megabyte of C, of about the same size") {
  const Module module = ModuleOf(std::vector<uint64_t>(1500, 1));
  REQUIRE_FALSE(IsSmall(module));
  const std::vector<Shard> plan = PlanShards(module);
  REQUIRE(plan.size() == 23);
  RequireWhole(module, plan);
  for (const Shard& shard : plan) {
    REQUIRE(shard.c_bytes > 900'000);
    REQUIRE(shard.c_bytes < 1'000'000);
  }
}

TEST_CASE("functions of very different sizes give shards that differ less") {
  std::vector<uint64_t> sizes;
  for (uint64_t i = 0; i < 300; ++i) sizes.push_back(i % 40 == 0 ? 60 : 1);
  const Module module = ModuleOf(sizes);
  const std::vector<Shard> plan = PlanShards(module);
  RequireWhole(module, plan);
  for (const Shard& shard : plan) {
    REQUIRE_FALSE(shard.is_giant);
    REQUIRE(shard.c_bytes < 1'600'000);
  }
}

TEST_CASE("a giant is alone in its shard") {
  const Module module = ModuleOf({30, 30, 900, 30, 30});
  const std::vector<Shard> plan = PlanShards(module);
  RequireWhole(module, plan);
  size_t giants = 0;
  for (const Shard& shard : plan) {
    if (!shard.is_giant) continue;
    ++giants;
    REQUIRE(shard.begin == 2);
    REQUIRE(shard.end == 3);
  }
  REQUIRE(giants == 1);
}

TEST_CASE("there is a limit to the number of shards") {
  REQUIRE(PlanShards(ModuleOf(std::vector<uint64_t>(200'000, 1))).size() <= 1024);
}

}  // namespace perdure
