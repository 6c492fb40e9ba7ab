// BodyOutline: which calls and loops a function body has, in order, and which of them are dead.
//
// Dead is meant as wasm2c means it, not as the validator does: after an unconditional branch,
// return, throw or `unreachable` it skips what is left of the same block (nested blocks included),
// and nothing else.
#pragma once

#include <cstdint>

#include "compiler/frontend/module.h"

namespace perdure {

class BodyOutline {
 public:
  explicit BodyOutline(Module* module) : module_(module) {}

  void BeginBody(Function* function);
  void EndBody(Function* function) const;
  void AddLocals(uint32_t count, ValueType type);

  // Before each instruction of the body, whichever it is; is_end: it is `end`.
  void Instruction(bool is_end);

  void Call(OutlineKind kind, uint32_t target);
  void OpenLoop();
  void OpenBlock() { ++depth_; }
  void NextPart();    // else, catch, catch_all
  void CloseBlock();  // end, delegate
  void Leave();       // the rest of the block is dead

 private:
  void Add(OutlineKind kind, uint32_t target);

  Module* module_;
  uint32_t depth_ = 1;
  uint32_t dead_depth_ = 0;  // the block whose rest is dead; 0: none
  bool loop_begins_ = false;
};

}  // namespace perdure
