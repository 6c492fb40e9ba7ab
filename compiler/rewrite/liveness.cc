#include "compiler/rewrite/liveness.h"

#include <algorithm>
#include <bit>

namespace perdure {
namespace {

constexpr uint32_t kWordBits = 64;

}  // namespace

Liveness::Liveness(const Flow& flow, uint32_t variable_count, uint32_t mark_count)
    : flow_(flow),
      word_count_((variable_count + kWordBits - 1) / kWordBits),
      in_(word_count_ * flow.block_count()),
      now_(word_count_),
      marks_(mark_count) {
  Solve();
  for (const Flow::Block block : flow.order()) {
    UniteSuccessors(block);
    for (const Flow::Event* e = flow.events_end(block); e != flow.events_begin(block);) {
      --e;
      if (e->kind == Flow::EventKind::kMark) {
        Range& range = marks_[e->what];
        range.begin = static_cast<uint32_t>(live_.size());
        Append(&live_);
        range.count = static_cast<uint32_t>(live_.size()) - range.begin;
        continue;
      }
      const Word bit = Word{1} << (e->what % kWordBits);
      Word& word = now_[e->what / kWordBits];
      word = e->kind == Flow::EventKind::kUse ? word | bit : word & ~bit;
    }
    if (block == flow.order().front()) Append(&entry_);
  }
}

void Liveness::UniteSuccessors(Flow::Block block) {
  std::fill(now_.begin(), now_.end(), 0);
  for (const Flow::Block* s = flow_.successors_begin(block); s != flow_.successors_end(block);
       ++s) {
    const Word* in = in_.data() + *s * word_count_;
    for (size_t i = 0; i < word_count_; ++i) now_[i] |= in[i];
  }
}

void Liveness::Solve() {
  const std::vector<Flow::Block>& order = flow_.order();
  std::vector<uint8_t> pending(flow_.block_count(), 1);
  for (bool changed = true; changed;) {
    changed = false;
    for (size_t position = order.size(); position-- > 0;) {
      const Flow::Block block = order[position];
      if (pending[block] == 0) continue;
      pending[block] = 0;
      UniteSuccessors(block);
      for (const Flow::Event* e = flow_.events_end(block); e != flow_.events_begin(block);) {
        --e;
        if (e->kind == Flow::EventKind::kMark) continue;
        const Word bit = Word{1} << (e->what % kWordBits);
        Word& word = now_[e->what / kWordBits];
        word = e->kind == Flow::EventKind::kUse ? word | bit : word & ~bit;
      }
      Word* in = in_.data() + block * word_count_;
      if (std::equal(now_.begin(), now_.end(), in)) continue;
      std::copy(now_.begin(), now_.end(), in);
      for (const Flow::Block* p = flow_.predecessors_begin(block);
           p != flow_.predecessors_end(block); ++p) {
        pending[*p] = 1;
      }
      changed = true;
    }
  }
}

void Liveness::Append(std::vector<uint32_t>* out) const {
  for (size_t i = 0; i < word_count_; ++i) {
    for (Word word = now_[i]; word != 0; word &= word - 1) {
      out->push_back(static_cast<uint32_t>(i * kWordBits + std::countr_zero(word)));
    }
  }
}

}  // namespace perdure
