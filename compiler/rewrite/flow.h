// Flow: what a function's statements read and write, block by block. Liveness works on it.
//
// A block is a straight line; its events are in program order. Blocks are begun in the order of the
// text, which, but for loops, is the order of execution.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace perdure {

class Flow {
 public:
  using Block = uint32_t;
  static constexpr Block kNone = UINT32_MAX;

  enum class EventKind : uint8_t { kUse, kDefine, kMark };
  struct Event {
    EventKind kind;
    uint32_t what;  // a variable, or the number of a mark
  };

  // ---- building

  Block New();              // not begun yet
  void Begin(Block block);  // execution falls into it from the open block, if there is one
  void BeginDead() { Begin(New()); }  // REQUIRES: no open block; nothing leads to what follows
  void Use(uint32_t variable) { Add(EventKind::kUse, variable); }
  void Define(uint32_t variable) { Add(EventKind::kDefine, variable); }
  void Mark(uint32_t mark) { Add(EventKind::kMark, mark); }
  void Edge(Block to);  // execution may go from the end of the open block to `to`
  void EdgeFrom(Block from, Block to) { arrows_.push_back({from, to}); }
  void Jump(Block to) {
    Edge(to);
    Stop();
  }
  void Stop() { open_ = kNone; }  // execution does not go on
  // Ends the open block and begins one that follows it.
  void Split() { Begin(New()); }
  bool is_open() const { return open_ != kNone; }
  // To be called once, after the last event.
  void Finish();
  // A block to which something leads but which was never begun; kNone: there is none.
  Block FindMissing() const;

  // ---- reading, after Finish()

  size_t block_count() const { return blocks_.size(); }
  const std::vector<Block>& order() const { return order_; }  // of the text
  const Event* events_begin(Block b) const { return events_.data() + blocks_[b].events_begin; }
  const Event* events_end(Block b) const { return events_.data() + blocks_[b].events_end; }
  const Block* successors_begin(Block b) const { return successors_.data() + successors_at_[b]; }
  const Block* successors_end(Block b) const { return successors_.data() + successors_at_[b + 1]; }
  const Block* predecessors_begin(Block b) const {
    return predecessors_.data() + predecessors_at_[b];
  }
  const Block* predecessors_end(Block b) const {
    return predecessors_.data() + predecessors_at_[b + 1];
  }

 private:
  struct Extent {
    bool begun = false;
    uint32_t events_begin = 0, events_end = 0;
  };
  struct Arrow {
    Block from, to;
  };

  void Add(EventKind kind, uint32_t what) {
    if (open_ == kNone) BeginDead();
    events_.push_back({kind, what});
    blocks_[open_].events_end = static_cast<uint32_t>(events_.size());
  }

  std::vector<Extent> blocks_;
  std::vector<Event> events_;
  std::vector<Arrow> arrows_;
  std::vector<Block> order_;
  Block open_ = kNone;
  std::vector<uint32_t> successors_at_, predecessors_at_;
  std::vector<Block> successors_, predecessors_;
};

}  // namespace perdure
