// Liveness: which variables still matter at the marks of a Flow.
//
// A variable is live where some path reaches a use of it before a definition. The classic backward
// equations over sets of variables,
//
//     out(B) = union of in(S) over the successors S of B
//     in(B)  = out(B), then for B's events from the last to the first:
//                  define v: remove v;   use v: add v
//
// are iterated to their least solution. Blocks are visited against the order of the text, each
// again only when a set it depends on has grown, so code without loops takes one pass.
//
// Invariants
//   L1  What a mark gives is exactly the least solution between the events before and after it: a
//       superset would put indeterminate values into frames, which then differ between compilers.
//   L2  Memory is one set a block and time is bounded by growth: a set only ever grows.
//
// Rejected: one set a statement (a module of 30 MB has 60,000 statements in one function); saving
// every variable instead (twice the code, 3 to 12 % of run time, see docs/internals/capture.md).
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "compiler/rewrite/flow.h"

namespace perdure {

class Liveness {
 public:
  // REQUIRES: marks are 0 ... mark_count - 1, each at most once in `flow`.
  Liveness(const Flow& flow, uint32_t variable_count, uint32_t mark_count);

  // Ascending.
  std::span<const uint32_t> At(uint32_t mark) const {
    return std::span(live_).subspan(marks_[mark].begin, marks_[mark].count);
  }
  // At the beginning of the first block, ascending.
  std::span<const uint32_t> AtEntry() const { return entry_; }

 private:
  using Word = uint64_t;
  struct Range {
    uint32_t begin = 0, count = 0;
  };

  void Solve();
  void UniteSuccessors(Flow::Block block);
  void Append(std::vector<uint32_t>* out) const;

  const Flow& flow_;
  const size_t word_count_;
  std::vector<Word> in_;   // word_count_ for each block
  std::vector<Word> now_;  // the set while a block is walked
  std::vector<Range> marks_;
  std::vector<uint32_t> live_;
  std::vector<uint32_t> entry_;
};

}  // namespace perdure
