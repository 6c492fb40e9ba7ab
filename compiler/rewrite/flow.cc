#include "compiler/rewrite/flow.h"

namespace perdure {

Flow::Block Flow::New() {
  blocks_.emplace_back();
  return static_cast<Block>(blocks_.size() - 1);
}

void Flow::Begin(Block block) {
  if (open_ != kNone) Edge(block);
  open_ = block;
  Extent& extent = blocks_[block];
  extent.begun = true;
  extent.events_begin = extent.events_end = static_cast<uint32_t>(events_.size());
  order_.push_back(block);
}

void Flow::Edge(Block to) {
  if (open_ == kNone) BeginDead();
  arrows_.push_back({open_, to});
}

Flow::Block Flow::FindMissing() const {
  for (Block block = 0; block < blocks_.size(); ++block) {
    if (!blocks_[block].begun && predecessors_at_[block] != predecessors_at_[block + 1])
      return block;
  }
  return kNone;
}

void Flow::Finish() {
  Stop();
  successors_at_.assign(blocks_.size() + 1, 0);
  predecessors_at_.assign(blocks_.size() + 1, 0);
  for (const Arrow& arrow : arrows_) {
    ++successors_at_[arrow.from + 1];
    ++predecessors_at_[arrow.to + 1];
  }
  for (size_t i = 1; i <= blocks_.size(); ++i) {
    successors_at_[i] += successors_at_[i - 1];
    predecessors_at_[i] += predecessors_at_[i - 1];
  }
  successors_.resize(arrows_.size());
  predecessors_.resize(arrows_.size());
  std::vector<uint32_t> next_successor = successors_at_, next_predecessor = predecessors_at_;
  for (const Arrow& arrow : arrows_) {
    successors_[next_successor[arrow.from]++] = arrow.to;
    predecessors_[next_predecessor[arrow.to]++] = arrow.from;
  }
}

}  // namespace perdure
