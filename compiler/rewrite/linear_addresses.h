// Trick `linear-addresses`: an inner loop's addresses in 64 bits.
//
// An address of wasm is a sum modulo 2^32. C has to compute each of them: for x[i-1], x[i] and
// x[i+1] three additions of 32 bits and as many extensions, where a native program has one pointer
// and three displacements. And a sum that may wrap around is no arithmetic progression, so nothing
// that reads a neighbour vectorises. In the loops of loop_rewriter.h each address is a known sum,
// which every turn moves by a constant. They get a second form:
//
//     u64 linear0 = (u32)(var_l1 + var_l3 + 8u);      one for each sum of locals: its least address
//     if (the memory ends 16 MiB before 2^32, or earlier) {
//       var_L5_linear:
//         var_d1 = f64_load_needed(..., (linear0 + 16u));   the others relative to that
//         ...
//         linear0 += 8u;
//         if (var_i0) {goto var_L5_linear;}
//     } else { the loop as it was }
//
// Both forms read and write the same places, or trap. (What a turn did before it trapped does not
// matter: the event is rolled back.)
//
// Invariants, which tests cite
//   W1  In the first turn an address differs in the two forms only if the least of its sum is so
//       near to 2^32 that the other wraps around: within kSpanMax, where no memory is. That access
//       traps in both.
//   W2  In a further turn it differs only after a turn in which the same access traps: a turn moves
//       an address up by kStepMax at most (or not at all), so it cannot jump over what lies between
//       the memory's end and 2^32. And every turn makes every access (L1).
//   W3  Whatever the optimiser makes of the order, an access at an address past 2^32 traps as well:
//       the 4 GiB after a memory are never accessible (rtlib/abi/memory.cc), and offsets are at
//       most kOffsetMax.
//
// The rewriter of captured functions (rewriter.h) never sees this: it comes after it, and such a
// loop has neither calls nor polls.
//
// Rejected: loops that go down (below address 0 is somebody else's memory), a test in each turn
// (costs what it saves, and loops with two exits do not vectorise), a number of turns computed
// beforehand (needs the exit's condition understood).
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/rewrite/straight_loop.h"

namespace perdure {

class LinearAddresses {
 public:
  // nullopt: the loop has an address that is not known, or moves down or too far.
  static std::optional<LinearAddresses> Of(const StraightLoop& loop);

  // What comes before the first form: declarations, and "if (...) {", in a block of its own.
  std::string Begin() const;
  // The line of a turn, in the first form.
  std::string Line(size_t number, std::string_view line) const;
  // What comes at the end of each turn.
  std::string Step() const;

 private:
  // The addresses that are the same sum but for a constant.
  struct Group {
    std::vector<std::string_view> locals;
    int64_t least = 0, most = 0;  // of the constants, as i32
    uint32_t step = 0;
  };
  struct Place {
    size_t line = 0, group = 0;
    uint32_t distance = 0;  // from the group's least
  };

  std::string_view memory_;
  std::vector<Group> groups_;
  std::vector<Place> places_;
};

}  // namespace perdure
