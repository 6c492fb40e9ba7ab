#include "compiler/frontend/body_outline.h"

namespace perdure {

void BodyOutline::BeginBody(Function* function) {
  depth_ = 1;
  dead_depth_ = 0;
  loop_begins_ = false;
  turns_.BeginBody();
  function->locals_begin = static_cast<uint32_t>(module_->locals.size());
  function->outline_begin = static_cast<uint32_t>(module_->outline.size());
}

void BodyOutline::EndBody(Function* function) const {
  function->locals_end = static_cast<uint32_t>(module_->locals.size());
  function->outline_end = static_cast<uint32_t>(module_->outline.size());
}

void BodyOutline::AddLocals(uint32_t count, ValueType type) {
  if (count != 0) module_->locals.push_back({count, type});
}

void BodyOutline::Instruction(bool is_end, LoopTurns::Kind kind) {
  if (loop_begins_ && is_end) module_->outline.back().is_dead = true;
  loop_begins_ = false;
  if (IsLive()) turns_.Next(kind);
}

void BodyOutline::Call(OutlineKind kind, uint32_t target) {
  Add(kind, target);
  if (kind == OutlineKind::kReturnCall || kind == OutlineKind::kReturnCallIndirect) Leave();
}

void BodyOutline::OpenLoop() {
  Add(OutlineKind::kLoop, 0);
  loop_begins_ = true;
  ++depth_;
  turns_.OpenLoop(static_cast<uint32_t>(module_->outline.size() - 1), !IsLive());
}

void BodyOutline::OpenBlock() {
  ++depth_;
  turns_.OpenBlock();
}

void BodyOutline::NextPart() {
  if (dead_depth_ == depth_) dead_depth_ = 0;
  turns_.NextPart();
}

void BodyOutline::CloseBlock() {
  if (dead_depth_ == depth_) dead_depth_ = 0;
  --depth_;
  if (const std::optional<uint32_t> loop = turns_.CloseBlock())
    module_->outline[*loop].needs_no_poll = true;
}

void BodyOutline::Leave() {
  if (dead_depth_ == 0) dead_depth_ = depth_;
}

void BodyOutline::Add(OutlineKind kind, uint32_t target) {
  module_->outline.push_back({target, kind, !IsLive()});
}

}  // namespace perdure
