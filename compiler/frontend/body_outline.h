// BodyOutline: which calls and loops a function body has, in order, and which of them are dead.
//
// Dead is meant as wasm2c means it, not as the validator does: after an unconditional branch,
// return, throw or `unreachable` it skips what is left of the same block (nested blocks included),
// and nothing else.
#pragma once

#include <cstdint>

#include "compiler/frontend/loop_turns.h"
#include "compiler/frontend/module.h"

namespace perdure {

class BodyOutline {
 public:
  explicit BodyOutline(Module* module) : module_(module) {}

  void BeginBody(Function* function);
  void EndBody(Function* function) const;
  void AddLocals(uint32_t count, ValueType type);

  // Before each instruction of the body, whichever it is; is_end: it is `end`.
  void Instruction(bool is_end, LoopTurns::Kind kind);

  void Call(OutlineKind kind, uint32_t target);
  void OpenLoop();
  void OpenBlock();
  void NextPart();    // else, catch, catch_all
  void CloseBlock();  // end, delegate
  void Leave();       // the rest of the block is dead

  // What only some instructions say of themselves.
  void Names(uint32_t value) {
    if (IsLive()) turns_.Names(value);
  }
  void Branches(uint32_t depth, bool is_conditional) {
    if (IsLive()) turns_.Branches(depth, is_conditional);
  }

 private:
  void Add(OutlineKind kind, uint32_t target);
  bool IsLive() const { return dead_depth_ == 0; }

  Module* module_;
  LoopTurns turns_;
  uint32_t depth_ = 1;
  uint32_t dead_depth_ = 0;  // the block whose rest is dead; 0: none
  bool loop_begins_ = false;
};

}  // namespace perdure
