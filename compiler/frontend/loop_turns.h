// LoopTurns: which loops end by themselves or pass another loop in each turn, and so need no poll.
//
// A run can be saved and stopped where a loop polls, so whatever computes without end has to meet
// a poll. Three kinds of loop need none of their own:
//
//   walks     adds a constant to a local in each turn and reads or writes memory at that address:
//             sooner or later the address is out of bounds, and the access traps
//   counts    adds 1 to an i32 local in each turn (or subtracts 1), and the only way to another
//             turn is a test of that local against something that does not change
//   contains  has another loop in the way of each turn, whose head polls (or is itself of this
//             kind)
//
// The first two are for loops without calls and loops, so that they take at most 2^32 short turns:
// seconds in the worst case, and microseconds where strings are measured and structures copied.
// These are a third of the loops of real programs, and most of the functions that would otherwise
// be captured for nothing but their polls.
//
// What happens in each turn is what no branch skips: an instruction between the loop's head and
// its first way back, outside of `if` and `try`, and not in a block that some earlier branch has
// left.
//
// Invariants
//   T1  A loop is left without a poll only if it can take 2^32 turns at most, or passes a head that
//       polls in each turn. (One exception: a walk through a memory of 4 GiB, all of which is
//       there, wraps around and does not trap.)
//
// Rejected: bounds of the values instead of the way they change (needs a proof, and gives the same
// loops); polls at every n-th turn (a counter costs more than the test of a byte).
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

namespace perdure {

class LoopTurns {
 public:
  // As far as it matters here; of i32. kTest: a comparison that is false for equal operands.
  enum class Kind : uint8_t { kOther, kGet, kSet, kTee, kConst, kAdd, kSub, kTest, kLoad, kStore };
  struct Instruction {
    Kind kind = Kind::kOther;
    uint32_t value = 0;  // of a constant, or the local
  };

  void BeginBody();

  // Each instruction of the body that may run, before anything else is said of it.
  void Next(Kind kind);
  // The local or the constant of that instruction.
  void Names(uint32_t value);
  void Calls();
  void Branches(uint32_t depth, bool is_conditional);

  // `item` is what CloseBlock() says of it.
  void OpenLoop(uint32_t item, bool is_dead);
  void OpenBlock(bool is_conditional);
  void NextPart();
  // The item of a loop, if that needs no poll.
  std::optional<uint32_t> CloseBlock();

 private:
  // By its address: the sum of one or two locals and a constant.
  struct Place {
    uint32_t local;
    std::optional<uint32_t> other;
  };
  struct Loop {
    uint32_t item = 0;
    size_t in_turns_of = 0;  // how many loops, outwards, pass its head in each turn
    uint32_t skips = 0;      // open blocks that are not in the way of each turn
    uint32_t ways_back = 0;
    bool is_leaf = true;
    bool contains_poll = false;
    std::vector<std::pair<uint32_t, uint32_t>> steps;  // in each turn: a local, what is added
    std::vector<Place> accesses;                       // in each turn
    std::vector<uint32_t> sets;
    std::optional<Place> test;  // the local that is tested and what it is tested against
  };
  struct Block {
    bool is_loop = false;
    bool is_skipped = false;  // not in the way of each turn of its loop
  };

  const Instruction& Back(size_t n) const { return history_[history_.size() - 1 - n]; }
  bool IsGet(size_t n) const;
  std::optional<Place> SumBefore(size_t n) const;
  Loop* LoopAround(size_t block);
  void Skip(size_t block);
  static bool IsAtEachTurn(const Loop& loop) { return loop.skips == 0 && loop.ways_back == 0; }
  bool InEachTurn() const { return !loops_.empty() && IsAtEachTurn(loops_.back()); }
  void Access(size_t n);
  void Step();
  void Test();
  static bool IsFixed(const Loop& loop, uint32_t local);
  static bool IsBounded(const Loop& loop);

  std::vector<Block> blocks_;
  std::vector<Loop> loops_;  // open ones, outermost first
  std::array<Instruction, 7> history_ = {};
};

}  // namespace perdure
