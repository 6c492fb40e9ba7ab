#include "compiler/analysis/capture_plan.h"

#include <catch2/catch.hpp>
#include <string>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

// A module of functions of type 0, () -> (); function 0 is an import that may block or not.
Module ModuleOf(const std::vector<std::vector<OutlineItem>>& bodies, const char* import) {
  Module module;
  module.types = {{{}, {}}, {{}, {}}, {{ValueType::kI32}, {}}};
  module.imports = {{"wasi_snapshot_preview1", import, ExternalKind::kFunc, 0, 0}};
  module.functions.resize(1 + bodies.size());
  module.functions[0].imported = true;
  for (size_t i = 0; i < bodies.size(); ++i) {
    Function& function = module.functions[i + 1];
    function.outline_begin = static_cast<uint32_t>(module.outline.size());
    module.outline.insert(module.outline.end(), bodies[i].begin(), bodies[i].end());
    function.outline_end = static_cast<uint32_t>(module.outline.size());
  }
  return module;
}

OutlineItem Call(uint32_t target) { return {target, OutlineKind::kCall, false}; }
OutlineItem Indirect(uint32_t type) { return {type, OutlineKind::kCallIndirect, false}; }
constexpr OutlineItem kLoop = {0, OutlineKind::kLoop, false};

// "1.0:import0 2.1:call1": function, ordinal, kind and target of each site.
std::string SitesOf(const Module& module, bool polls) {
  Diagnostics diagnostics;
  const std::optional<CapturePlan> plan = PlanCapture(module, polls, &diagnostics);
  if (!plan) return "refused";
  constexpr const char* kKinds[] = {"", "call", "indirect", "import", "poll"};
  std::string text;
  for (const CaptureSite& site : plan->sites) {
    StrAppend(&text, text.empty() ? "" : " ", site.function, ".", site.ordinal, ":",
              kKinds[static_cast<size_t>(site.kind)], site.target);
  }
  return text;
}

TEST_CASE("P1: who calls what may block is captured, through any number of calls") {
  const Module module =
      ModuleOf({{Call(4), Call(0)}, {Call(1)}, {Call(4), Call(2)}, {}}, "fd_read");
  CHECK(SitesOf(module, false) == "1.1:import0 2.0:call1 3.1:call2");
}

TEST_CASE("an import that does not block captures nothing") {
  const Module module = ModuleOf({{Call(0)}, {Call(1)}}, "clock_time_get");
  CHECK(SitesOf(module, false).empty());
}

TEST_CASE("P1: a call through a table reaches what a reference can name, by equal types") {
  Module module = ModuleOf({{Call(0)}, {Indirect(1)}, {Indirect(2)}}, "fd_read");
  CHECK(SitesOf(module, false) == "1.0:import0");
  module.functions[1].is_referenced = true;
  CHECK(SitesOf(module, false) == "1.0:import0 2.0:indirect1");
}

TEST_CASE("P1: loops poll if they are to, and then their callers are captured") {
  const Module module = ModuleOf({{kLoop}, {Call(1)}, {Call(4)}, {}}, "clock_time_get");
  CHECK(SitesOf(module, true) == "1.0:poll0 2.0:call1");
  CHECK(SitesOf(module, false).empty());
}

TEST_CASE("P2: calls come before polls, and dead ones keep their ordinals") {
  const Module module = ModuleOf(
      {{kLoop, {0, OutlineKind::kCall, true}, Call(0), {0, OutlineKind::kLoop, true}, kLoop}},
      "fd_read");
  CHECK(SitesOf(module, true) == "1.1:import0 1.0:poll0 1.2:poll0");
}

TEST_CASE("P3: an import in a table has a site of its own") {
  Module module = ModuleOf({{Indirect(0)}}, "fd_read");
  module.functions[0].is_referenced = true;
  CHECK(SitesOf(module, false) == "0.0:import0 1.0:indirect0");
}

TEST_CASE("a tail call to what may wait is refused, to anything else it is not") {
  CHECK(SitesOf(ModuleOf({{{0, OutlineKind::kReturnCall, false}}}, "fd_read"), false) == "refused");
  CHECK(SitesOf(ModuleOf({{{2, OutlineKind::kReturnCall, false}}, {}}, "fd_read"), false).empty());
}

TEST_CASE("recursion ends") {
  const Module module = ModuleOf({{Call(1), Call(2), Call(0)}, {Call(1)}}, "fd_read");
  CHECK(SitesOf(module, false) == "1.0:call1 1.1:call2 1.2:import0 2.0:call1");
}

}  // namespace
}  // namespace perdure
