// LoopTurns: which loops end by themselves or pass another loop in each turn, and so need no poll.
//
// A run can be saved and stopped where a loop polls, so whatever computes without end has to meet
// a poll. Four kinds of loop need none of their own:
//
//   walks     adds a constant to a local in each turn and reads or writes memory at that address:
//             sooner or later the address is out of bounds, and the access traps
//   counts    adds 1 to an i32 local in each turn (or subtracts 1), and goes on only if a test of
//             that local against something that does not change says so
//   chases    sets a local in each turn to what it finds by reading at the address in it, and goes
//             on only if a test of that says so: it looks for the end of a list
//   contains  has another loop in the way of each turn, whose head polls (or is itself of this
//             kind)
//
// The first three are for loops without calls and loops, so that they take at most 2^32 short
// turns: seconds in the worst case, and microseconds where strings are measured, structures copied
// and lists searched. These are nearly half of the loops of real programs, and many small functions
// would be captured for nothing but their polls.
//
// What happens in each turn is what no way from the loop's head back to it goes around. Code is
// structured, so that can be said while it is read: past a place leads only what leaves a block
// that the place is in, and that is known when the block ends.
//
//     loop
//       block
//         br_if 0     the block is skipped: what follows in it is passed by those ways back only
//         place       that stand in the same block, and is *missed* by one behind its end
//         br 1        a way back, which passes the place
//       end
//       br 0          a way back, which misses it
//     end
//
// Invariants
//   T1  A loop is left without a poll only if it can take 2^32 turns at most, or passes a head that
//       polls in each turn. (Two exceptions: a walk through a memory of 4 GiB, all of which is
//       there, wraps around and does not trap; a list may be a ring.)
//   T2  The time and memory this takes grow with the code and the depth of its blocks alone.
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
  // As far as it matters here; kConst to kIsZero of i32. kUnequal: a comparison that is false for
  // equal operands; kEqual: one that is true. kLiteral: a constant of another type; kUnary and
  // kBinary: other arithmetic. kLong: a call, or what may work on all of a memory or table.
  enum class Kind : uint8_t {
    kOther,
    kGet,
    kSet,
    kTee,
    kConst,
    kAdd,
    kSub,
    kUnequal,
    kEqual,
    kIsZero,
    kLiteral,
    kUnary,
    kBinary,
    kLoad,
    kStore,
    kIf,
    kTry,
    kLong
  };
  struct Instruction {
    Kind kind = Kind::kOther;
    uint32_t value = 0;  // of a constant, or the local
  };

  void BeginBody();

  // Each instruction of the body that may run, before anything else is said of it.
  void Next(Kind kind);
  // The local or the constant of that instruction.
  void Names(uint32_t value);
  void Branches(uint32_t depth, bool is_conditional);

  // `item` is what CloseBlock() says of it.
  void OpenLoop(uint32_t item, bool is_dead);
  void OpenBlock();  // that instruction did
  void NextPart();
  // The item of a loop, if that needs no poll.
  std::optional<uint32_t> CloseBlock();

 private:
  // By its address: the sum of one or two locals and a constant.
  struct Place {
    uint32_t local;
    std::optional<uint32_t> other;
  };
  // A place in a loop, and what is done there.
  struct Fact {
    enum class Kind : uint8_t {
      kStep,     // adds to a local
      kAccess,   // reads or writes at `place`
      kFollow,   // sets place.local to what is found from the address in it, by way of place.other
      kTest,     // goes on only if place.local is not equal to place.other, or to a constant
      kNothing,  // a loop that has not ended yet, or does not poll
      kPoll
    };
    Kind kind = Kind::kNothing;
    Place place = {};
    uint32_t amount = 0;  // of a step
    bool is_missed = false;
  };
  struct FactOfLoop {
    size_t loop, fact;
  };
  struct Loop {
    uint32_t item = 0;
    size_t block = 0;
    uint32_t ways_back = 0;
    bool is_leaf = true;
    std::vector<Fact> facts;
    std::vector<size_t> going_to_be_missed;  // by the next way back
    std::vector<uint32_t> sets;
    std::vector<FactOfLoop> passed_by;  // its head, in the loops around it
  };
  struct Block {
    bool is_loop = false;
    bool is_skipped = false;         // some branch went to its end
    std::vector<FactOfLoop> inside;  // which its end leads past
  };
  // A condition: false, or true, if place.local is equal to place.other, or to a constant.
  struct Test {
    std::vector<Place> places;  // the same may be said in two ways
    bool is_true_for_equal = false;
  };

  const Instruction& Back(size_t n) const { return history_[history_.size() - 1 - n]; }
  bool IsGet(size_t n) const;
  bool IsSum(size_t n) const;
  bool IsConst(size_t n) const;
  size_t Skip(size_t n) const;
  bool AddLocals(size_t n, std::vector<uint32_t>* locals) const;
  Test TestBefore(size_t n) const;
  size_t LoopAround(size_t block) const;
  void Learn(size_t loop, Fact fact, std::optional<size_t> only_in = std::nullopt);
  void LearnOfLeaf(Fact fact, std::optional<size_t> only_in = std::nullopt);
  void LearnTest(const Test& test, std::optional<size_t> only_in = std::nullopt);
  void TakesLong();
  void GoesBack(Loop* loop);
  void LeadPast(Block* block);
  void Access(size_t n);
  void Step();
  void Follow();
  static bool IsSetOnce(const Loop& loop, uint32_t local);
  static bool IsFixed(const Loop& loop, uint32_t local);
  static bool IsWalk(const Loop& loop, const Fact& step);
  static bool IsTested(const Loop& loop, uint32_t local);
  static bool IsBounded(const Loop& loop);
  static bool ContainsPoll(const Loop& loop);

  static constexpr size_t kNoLoop = SIZE_MAX, kNotUnderstood = SIZE_MAX;

  std::vector<Block> blocks_;
  std::vector<Loop> loops_;  // open ones, outermost first
  std::array<Instruction, 16> history_ = {};
};

}  // namespace perdure
