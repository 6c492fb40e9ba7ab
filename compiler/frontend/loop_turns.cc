#include "compiler/frontend/loop_turns.h"

#include <algorithm>
#include <utility>

namespace perdure {
namespace {

// A step that is larger could go over the end of a memory at once: 64 KiB of addresses at least are
// behind it.
constexpr uint32_t kStepMax = 65536;
// A turn in which more happens than this is not short.
constexpr size_t kFactsMax = 500;
// Further out no loop is told of those inside it.
constexpr size_t kLoopsAroundMax = 16;

uint32_t Magnitude(uint32_t step) { return std::min(step, 0u - step); }

}  // namespace

void LoopTurns::BeginBody() {
  blocks_.assign(1, {});
  loops_.clear();
  history_ = {};
}

// ---- what instructions do

void LoopTurns::Next(Kind kind) {
  std::rotate(history_.begin(), history_.begin() + 1, history_.end());
  history_.back() = {kind, 0};
  if (kind == Kind::kLoad) Access(1);
  if (kind == Kind::kStore) Access(Skip(1));
  if (kind == Kind::kLong) TakesLong();
}

void LoopTurns::Names(uint32_t value) {
  history_.back().value = value;
  if (loops_.empty() || (Back(0).kind != Kind::kSet && Back(0).kind != Kind::kTee)) return;
  if (loops_.back().is_leaf) loops_.back().sets.push_back(value);
  Step();
  Follow();
}

void LoopTurns::TakesLong() {
  if (!loops_.empty()) loops_.back().is_leaf = false;
}

// ---- expressions: what the last instructions but n left on the stack

bool LoopTurns::IsGet(size_t n) const {
  return Back(n).kind == Kind::kGet || Back(n).kind == Kind::kTee;
}

bool LoopTurns::IsSum(size_t n) const {
  return Back(n).kind == Kind::kAdd || Back(n).kind == Kind::kSub;
}

bool LoopTurns::IsConst(size_t n) const {
  return Back(n).kind == Kind::kConst || Back(n).kind == Kind::kLiteral;
}

// What is before the expression; kNotUnderstood: there is no saying.
size_t LoopTurns::Skip(size_t n) const {
  if (n >= history_.size()) return kNotUnderstood;
  switch (Back(n).kind) {
    case Kind::kGet:
    case Kind::kConst:
    case Kind::kLiteral:
      return n + 1;
    case Kind::kTee:
    case Kind::kLoad:
    case Kind::kIsZero:
    case Kind::kUnary:
      return Skip(n + 1);
    case Kind::kAdd:
    case Kind::kSub:
    case Kind::kUnequal:
    case Kind::kEqual:
    case Kind::kBinary:
      return Skip(Skip(n + 1));
    default:
      return kNotUnderstood;
  }
}

// The locals that are added up, and constants; false: it is no such sum.
bool LoopTurns::AddLocals(size_t n, std::vector<uint32_t>* locals) const {
  if (Skip(n) == kNotUnderstood) return false;
  if (IsConst(n)) return true;
  if (Back(n).kind == Kind::kTee && IsSum(n + 1)) ++n;
  if (IsGet(n)) {
    locals->push_back(Back(n).value);
    return true;
  }
  if (!IsSum(n) || (Back(n).kind == Kind::kSub && !IsConst(n + 1))) return false;
  return AddLocals(n + 1, locals) && AddLocals(Skip(n + 1), locals);
}

void LoopTurns::Access(size_t n) {
  std::vector<uint32_t> locals;
  if (loops_.empty() || !AddLocals(n, &locals) || locals.empty() || locals.size() > 2) return;
  if (locals.size() == 1) return LearnOfLeaf({Fact::Kind::kAccess, {locals[0], {}}});
  LearnOfLeaf({Fact::Kind::kAccess, {locals[0], locals[1]}});
  LearnOfLeaf({Fact::Kind::kAccess, {locals[1], locals[0]}});
}

// "local.get x, const c, add, local.set x"
void LoopTurns::Step() {
  size_t n = 1;
  while (n + 2 < history_.size() && Back(n).kind == Kind::kTee) ++n;
  if (n + 2 >= history_.size() || !IsSum(n) || Back(n + 1).kind != Kind::kConst || !IsGet(n + 2) ||
      Back(n + 2).value != Back(0).value)
    return;
  const uint32_t amount = Back(n).kind == Kind::kAdd ? Back(n + 1).value : 0u - Back(n + 1).value;
  if (amount != 0) LearnOfLeaf({Fact::Kind::kStep, {Back(0).value, {}}, amount});
}

// "..., local.set x", with a load in it whose address has x in it: "x = x->next" or
// "x += x->next". Its value may also be kept in another local on the way.
void LoopTurns::Follow() {
  const size_t end = Skip(1);
  if (end == kNotUnderstood) return;
  for (size_t load = 1; load < end; ++load) {
    if (Back(load).kind != Kind::kLoad) continue;
    for (size_t n = load + 1; n < Skip(load + 1); ++n) {
      if (!IsGet(n) || Back(n).value != Back(0).value) continue;
      const bool is_kept = load > 1 && Back(load - 1).kind == Kind::kTee;
      return LearnOfLeaf(
          {Fact::Kind::kFollow, {Back(0).value, is_kept ? Back(load - 1).value : Back(0).value}});
    }
  }
}

// "x" or "x, i32.eqz" or "x, n, i32.ne" or "n, x, i32.ne".
LoopTurns::Test LoopTurns::TestBefore(size_t n) const {
  Test test;
  if (Back(n).kind == Kind::kIsZero) {
    test.is_true_for_equal = true;
    ++n;
  }
  if (IsGet(n)) test.places = {Place{Back(n).value, {}}};
  if (Back(n).kind != Kind::kUnequal && Back(n).kind != Kind::kEqual) return test;
  if (Back(n).kind == Kind::kEqual) test.is_true_for_equal = !test.is_true_for_equal;
  const size_t right = n + 1, left = Skip(right);
  if (left >= history_.size()) return test;
  for (const auto& [local, other] : {std::pair(left, right), std::pair(right, left)}) {
    if (!IsGet(local)) continue;
    if (IsConst(other)) test.places.push_back({Back(local).value, {}});
    if (IsGet(other)) test.places.push_back({Back(local).value, Back(other).value});
  }
  return test;
}

// ---- places and ways

// Something that happens here in a turn of `loop`, of interest for ways back from inside the block
// `only_in` only.
void LoopTurns::Learn(size_t loop, Fact fact, std::optional<size_t> only_in) {
  Loop& of = loops_[loop];
  if (of.ways_back != 0) return;
  const FactOfLoop learnt = {loop, of.facts.size()};
  of.facts.push_back(fact);
  if (only_in) blocks_[*only_in].inside.push_back(learnt);
  size_t block = blocks_.size() - 1;
  while (block > of.block && !blocks_[block].is_skipped) --block;
  if (block > of.block) blocks_[block].inside.push_back(learnt);
}

void LoopTurns::LearnOfLeaf(Fact fact, std::optional<size_t> only_in) {
  if (loops_.empty() || !loops_.back().is_leaf) return;
  Loop& loop = loops_.back();
  if (loop.facts.size() == kFactsMax || loop.sets.size() > kFactsMax) return TakesLong();
  Learn(loops_.size() - 1, fact, only_in);
}

void LoopTurns::LearnTest(const Test& test, std::optional<size_t> only_in) {
  for (const Place& place : test.places) LearnOfLeaf({Fact::Kind::kTest, place}, only_in);
}

// Execution may go on behind a part of `block` without what is inside.
void LoopTurns::LeadPast(Block* block) {
  for (const FactOfLoop& fact : block->inside)
    loops_[fact.loop].going_to_be_missed.push_back(fact.fact);
  block->inside.clear();
}

void LoopTurns::GoesBack(Loop* loop) {
  for (const size_t fact : loop->going_to_be_missed) loop->facts[fact].is_missed = true;
  loop->going_to_be_missed.clear();
  ++loop->ways_back;
}

// The innermost open loop that `block` is in, or is.
size_t LoopTurns::LoopAround(size_t block) const {
  size_t loop = loops_.size();
  while (loop > 0 && loops_[loop - 1].block > block) --loop;
  return loop == 0 ? kNoLoop : loop - 1;
}

void LoopTurns::Branches(uint32_t depth, bool is_conditional) {
  if (depth >= blocks_.size()) return;  // the validator will say so
  const size_t target = blocks_.size() - 1 - depth;
  const Test test = is_conditional ? TestBefore(1) : Test();
  if (!blocks_[target].is_loop) {
    // Who stays may go back; who leaves may not, or behind the end of the block.
    const bool leaves_loop = loops_.empty() || target < loops_.back().block;
    if (test.is_true_for_equal)
      LearnTest(test, leaves_loop ? std::nullopt : std::optional<size_t>(target));
    blocks_[target].is_skipped = true;
    return;
  }
  Loop& loop = loops_[LoopAround(target)];
  const size_t known = loop.facts.size();
  if (!test.is_true_for_equal && &loop == &loops_.back()) LearnTest(test);
  GoesBack(&loop);
  // Of this way back: any further one misses it.
  for (size_t fact = known; fact < loop.facts.size(); ++fact)
    loop.going_to_be_missed.push_back(fact);
}

void LoopTurns::OpenLoop(uint32_t item, bool is_dead) {
  Loop opened;
  opened.item = item;
  opened.block = blocks_.size();
  const size_t first = loops_.size() - std::min(loops_.size(), kLoopsAroundMax);
  for (size_t loop = first; !is_dead && loop < loops_.size(); ++loop) {
    if (loops_[loop].ways_back != 0) continue;
    opened.passed_by.push_back({loop, loops_[loop].facts.size()});
    Learn(loop, {Fact::Kind::kNothing});
  }
  TakesLong();
  blocks_.push_back({true, false, {}});
  loops_.push_back(std::move(opened));
}

void LoopTurns::OpenBlock() {
  const Kind kind = Back(0).kind;
  const Test test = kind == Kind::kIf ? TestBefore(1) : Test();
  blocks_.push_back({false, kind == Kind::kIf || kind == Kind::kTry, {}});
  if (!test.is_true_for_equal) LearnTest(test);
}

void LoopTurns::NextPart() {
  if (blocks_.empty()) return;
  Next(Kind::kOther);
  blocks_.back().is_skipped = true;
  LeadPast(&blocks_.back());
}

// ---- what follows

bool LoopTurns::IsSetOnce(const Loop& loop, uint32_t local) {
  return std::count(loop.sets.begin(), loop.sets.end(), local) == 1;
}

bool LoopTurns::IsFixed(const Loop& loop, uint32_t local) {
  return std::find(loop.sets.begin(), loop.sets.end(), local) == loop.sets.end();
}

bool LoopTurns::IsWalk(const Loop& loop, const Fact& step) {
  if (Magnitude(step.amount) > kStepMax) return false;
  return std::any_of(loop.facts.begin(), loop.facts.end(), [&](const Fact& fact) {
    return fact.kind == Fact::Kind::kAccess && !fact.is_missed &&
           fact.place.local == step.place.local &&
           (!fact.place.other || IsFixed(loop, *fact.place.other));
  });
}

bool LoopTurns::IsTested(const Loop& loop, uint32_t local) {
  return std::any_of(loop.facts.begin(), loop.facts.end(), [&](const Fact& fact) {
    return fact.kind == Fact::Kind::kTest && !fact.is_missed && fact.place.local == local &&
           (!fact.place.other || IsFixed(loop, *fact.place.other));
  });
}

bool LoopTurns::IsBounded(const Loop& loop) {
  if (!loop.is_leaf) return false;
  return std::any_of(loop.facts.begin(), loop.facts.end(), [&](const Fact& fact) {
    const uint32_t local = fact.place.local;
    if (fact.is_missed) return false;
    if (fact.kind == Fact::Kind::kFollow) {
      return IsSetOnce(loop, local) && IsSetOnce(loop, *fact.place.other) &&
             (IsTested(loop, local) || IsTested(loop, *fact.place.other));
    }
    if (fact.kind != Fact::Kind::kStep || !IsSetOnce(loop, local)) return false;
    return IsWalk(loop, fact) || (Magnitude(fact.amount) == 1 && IsTested(loop, local));
  });
}

bool LoopTurns::ContainsPoll(const Loop& loop) {
  return std::any_of(loop.facts.begin(), loop.facts.end(), [](const Fact& fact) {
    return fact.kind == Fact::Kind::kPoll && !fact.is_missed;
  });
}

std::optional<uint32_t> LoopTurns::CloseBlock() {
  if (blocks_.size() <= 1) return std::nullopt;
  Next(Kind::kOther);  // values may come from several places
  Block block = std::move(blocks_.back());
  blocks_.pop_back();
  if (!block.is_loop) {
    LeadPast(&block);
    return std::nullopt;
  }
  const Loop loop = std::move(loops_.back());
  loops_.pop_back();
  if (loop.ways_back == 0 || ContainsPoll(loop) || IsBounded(loop)) return loop.item;
  for (const FactOfLoop& here : loop.passed_by)
    loops_[here.loop].facts[here.fact].kind = Fact::Kind::kPoll;
  return std::nullopt;
}

}  // namespace perdure
