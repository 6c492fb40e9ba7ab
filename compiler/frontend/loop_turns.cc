#include "compiler/frontend/loop_turns.h"

#include <algorithm>
#include <utility>

namespace perdure {
namespace {

// A step that is larger could go over the end of a memory at once: 64 KiB of addresses at least are
// behind it.
constexpr uint32_t kStepMax = 65536;

uint32_t Magnitude(uint32_t step) { return std::min(step, 0u - step); }

}  // namespace

void LoopTurns::BeginBody() {
  blocks_.assign(1, {});
  loops_.clear();
  history_ = {};
}

void LoopTurns::Next(Kind kind) {
  std::rotate(history_.begin(), history_.begin() + 1, history_.end());
  history_.back() = {kind, 0};
  if (kind == Kind::kLoad) Access(1);
  if (kind == Kind::kStore) Access(2);
}

void LoopTurns::Names(uint32_t value) {
  history_.back().value = value;
  if (loops_.empty() || (Back(0).kind != Kind::kSet && Back(0).kind != Kind::kTee)) return;
  loops_.back().sets.push_back(value);
  Step();
}

bool LoopTurns::IsGet(size_t n) const {
  return Back(n).kind == Kind::kGet || Back(n).kind == Kind::kTee;
}

// "local.get x, const c, add, local.set x"
void LoopTurns::Step() {
  const Kind kind = Back(1).kind;
  if (!InEachTurn() || (kind != Kind::kAdd && kind != Kind::kSub)) return;
  if (Back(2).kind != Kind::kConst || !IsGet(3) || Back(3).value != Back(0).value) return;
  const uint32_t amount = kind == Kind::kAdd ? Back(2).value : 0u - Back(2).value;
  if (amount != 0) loops_.back().steps.emplace_back(Back(0).value, amount);
}

// What the instruction before the last n left on the stack.
std::optional<LoopTurns::Place> LoopTurns::SumBefore(size_t n) const {
  if (Back(n).kind == Kind::kTee && Back(n + 1).kind == Kind::kAdd) ++n;
  if (IsGet(n)) return Place{Back(n).value, std::nullopt};
  if (Back(n).kind != Kind::kAdd && Back(n).kind != Kind::kSub) return std::nullopt;
  if (Back(n + 1).kind == Kind::kConst && IsGet(n + 2)) return Place{Back(n + 2).value, {}};
  if (Back(n).kind == Kind::kAdd && IsGet(n + 1) && IsGet(n + 2))
    return Place{Back(n + 1).value, Back(n + 2).value};
  return std::nullopt;
}

void LoopTurns::Access(size_t n) {
  if (!InEachTurn()) return;
  // A value to be stored is one instruction, or is not understood.
  if (n == 2 && !IsGet(1) && Back(1).kind != Kind::kConst) return;
  const std::optional<Place> place = SumBefore(n);
  if (!place) return;
  Loop& loop = loops_.back();
  loop.accesses.push_back(*place);
  if (place->other) loop.accesses.push_back({*place->other, place->local});
}

void LoopTurns::Calls() {
  if (!loops_.empty()) loops_.back().is_leaf = false;
}

// The innermost open loop that `block` is in, or is; nullptr: none.
LoopTurns::Loop* LoopTurns::LoopAround(size_t block) {
  const auto inside = static_cast<size_t>(
      std::count_if(blocks_.begin() + static_cast<ptrdiff_t>(block) + 1, blocks_.end(),
                    [](const Block& open) { return open.is_loop; }));
  return inside < loops_.size() ? &loops_[loops_.size() - 1 - inside] : nullptr;
}

void LoopTurns::Skip(size_t block) {
  if (std::exchange(blocks_[block].is_skipped, true)) return;
  if (Loop* loop = LoopAround(block)) ++loop->skips;
}

void LoopTurns::Branches(uint32_t depth, bool is_conditional) {
  if (depth >= blocks_.size()) return;  // the validator will say so
  const size_t target = blocks_.size() - 1 - depth;
  if (!blocks_[target].is_loop) return Skip(target);
  Loop* loop = LoopAround(target);
  if (loop == &loops_.back() && is_conditional && loop->ways_back == 0) Test();
  ++loop->ways_back;
}

// "x, br_if" or "x, n, i32.ne, br_if" or "n, x, i32.ne, br_if", where x may be what a step left.
void LoopTurns::Test() {
  Loop& loop = loops_.back();
  if (Back(1).kind == Kind::kTee) {
    loop.test = Place{Back(1).value, std::nullopt};
  } else if (Back(1).kind == Kind::kTest && IsGet(3) && Back(2).kind == Kind::kConst) {
    loop.test = Place{Back(3).value, std::nullopt};
  } else if (Back(1).kind == Kind::kTest && IsGet(3) && Back(2).kind == Kind::kGet) {
    loop.test = Place{Back(3).value, Back(2).value};
  } else if (Back(1).kind == Kind::kTest && Back(2).kind == Kind::kTee &&
             (Back(3).kind == Kind::kAdd || Back(3).kind == Kind::kSub) &&
             Back(6).kind == Kind::kGet) {
    loop.test = Place{Back(2).value, Back(6).value};
  }
}

void LoopTurns::OpenLoop(uint32_t item, bool is_dead) {
  Loop loop;
  loop.item = item;
  const auto skipped = std::find_if_not(loops_.rbegin(), loops_.rend(), IsAtEachTurn);
  if (!is_dead) loop.in_turns_of = static_cast<size_t>(skipped - loops_.rbegin());
  if (!loops_.empty()) loops_.back().is_leaf = false;
  blocks_.push_back({true, false});
  loops_.push_back(std::move(loop));
}

void LoopTurns::OpenBlock(bool is_conditional) {
  blocks_.emplace_back();
  if (is_conditional) Skip(blocks_.size() - 1);
}

void LoopTurns::NextPart() {
  if (!blocks_.empty()) Skip(blocks_.size() - 1);
}

bool LoopTurns::IsFixed(const Loop& loop, uint32_t local) {
  return std::find(loop.sets.begin(), loop.sets.end(), local) == loop.sets.end();
}

bool LoopTurns::IsBounded(const Loop& loop) {
  if (!loop.is_leaf) return false;
  for (const auto& [local, amount] : loop.steps) {
    const uint32_t step = Magnitude(amount);
    if (std::count(loop.sets.begin(), loop.sets.end(), local) != 1) continue;
    const bool walks = std::any_of(
        loop.accesses.begin(), loop.accesses.end(), [&, local = local](const Place& place) {
          return place.local == local && (!place.other || IsFixed(loop, *place.other));
        });
    if (walks && step <= kStepMax) return true;
    const bool counts = loop.ways_back == 1 && loop.test && loop.test->local == local &&
                        (!loop.test->other || IsFixed(loop, *loop.test->other));
    if (counts && step == 1) return true;
  }
  return false;
}

std::optional<uint32_t> LoopTurns::CloseBlock() {
  if (blocks_.size() <= 1) return std::nullopt;
  const Block block = blocks_.back();
  blocks_.pop_back();
  if (!block.is_loop) {
    if (block.is_skipped && !loops_.empty()) --loops_.back().skips;
    return std::nullopt;
  }
  const Loop loop = std::move(loops_.back());
  loops_.pop_back();
  if (loop.ways_back == 0 || loop.contains_poll || IsBounded(loop)) return loop.item;
  for (size_t i = 0; i < loop.in_turns_of; ++i) loops_[loops_.size() - 1 - i].contains_poll = true;
  return std::nullopt;
}

}  // namespace perdure
