#include "compiler/rewrite/liveness.h"

#include <catch2/catch.hpp>
#include <vector>

#include "compiler/rewrite/flow.h"

namespace perdure {
namespace {

std::vector<uint32_t> LiveAt(const Liveness& live, uint32_t mark) {
  const std::span<const uint32_t> at = live.At(mark);
  return {at.begin(), at.end()};
}

using List = std::vector<uint32_t>;

TEST_CASE("L1: a variable is live from its definition to its last use") {
  Flow flow;
  flow.Begin(flow.New());
  flow.Mark(0);
  flow.Define(5);
  flow.Mark(1);
  flow.Use(5);
  flow.Mark(2);
  flow.Finish();
  const Liveness live(flow, 6, 3);
  CHECK(LiveAt(live, 0) == List{});
  CHECK(LiveAt(live, 1) == List{5});
  CHECK(LiveAt(live, 2) == List{});
}

TEST_CASE("L1: what either way needs is live before a branch") {
  Flow flow;
  flow.Begin(flow.New());
  flow.Mark(0);
  flow.Use(0);
  const Flow::Block other = flow.New(), join = flow.New();
  flow.Edge(other);
  flow.Split();
  flow.Use(1);
  flow.Define(3);
  flow.Jump(join);
  flow.Begin(other);
  flow.Use(2);
  flow.Begin(join);
  flow.Use(3);
  flow.Finish();
  const Liveness live(flow, 4, 1);
  CHECK(LiveAt(live, 0) == List{0, 1, 2, 3});
}

TEST_CASE("L1: what the next turn of a loop needs is live at its end") {
  Flow flow;
  flow.Begin(flow.New());
  flow.Define(0);
  flow.Define(1);
  const Flow::Block head = flow.New();
  flow.Begin(head);
  flow.Mark(0);
  flow.Use(1);
  flow.Define(2);
  flow.Use(2);
  flow.Mark(1);
  flow.Edge(head);
  flow.Split();
  flow.Mark(2);
  flow.Use(0);
  flow.Finish();
  const Liveness live(flow, 3, 3);
  CHECK(LiveAt(live, 0) == List{0, 1});
  CHECK(LiveAt(live, 1) == List{0, 1});
  CHECK(LiveAt(live, 2) == List{0});
  CHECK(live.AtEntry().empty());
}

TEST_CASE("L1: nested loops need no order of visits, and sets are larger than a word") {
  constexpr uint32_t kLoops = 200;
  Flow flow;
  flow.Begin(flow.New());
  std::vector<Flow::Block> heads;
  for (uint32_t i = 0; i < kLoops; ++i) {
    heads.push_back(flow.New());
    flow.Begin(heads.back());
  }
  flow.Mark(0);
  for (uint32_t i = kLoops; i-- > 0;) {
    flow.Use(i);
    flow.Edge(heads[i]);
    flow.Split();
  }
  flow.Finish();
  const Liveness live(flow, kLoops, 1);
  CHECK(live.At(0).size() == kLoops);
  CHECK(live.AtEntry().size() == kLoops);
}

TEST_CASE("nothing reaches what follows a jump") {
  Flow flow;
  flow.Begin(flow.New());
  const Flow::Block end = flow.New();
  flow.Mark(0);
  flow.Jump(end);
  flow.Use(0);  // dead
  flow.Begin(end);
  flow.Finish();
  const Liveness live(flow, 1, 1);
  CHECK(LiveAt(live, 0) == List{});
  CHECK(flow.FindMissing() == Flow::kNone);
}

TEST_CASE("a jump to nowhere is found") {
  Flow flow;
  flow.Begin(flow.New());
  const Flow::Block nowhere = flow.New();
  flow.Jump(nowhere);
  flow.Finish();
  CHECK(flow.FindMissing() == nowhere);
}

}  // namespace
}  // namespace perdure
