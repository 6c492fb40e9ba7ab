// StatementReader: the simple statements of wasm2c's C, those without blocks.
//
// What a statement may look like is a closed list. An expression may name variables, fields of the
// instance and helpers of wasm2c and simde; it cannot hide a call of a function of the module or of
// an import, because all of those are named w2c_...( and such a name is accepted as a call only.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/rewrite/function_text.h"
#include "compiler/rewrite/variables.h"
#include "compiler/wasm2c/wasm2c_names.h"

namespace perdure {

class StatementReader {
 public:
  // All outlive the reader.
  StatementReader(const Module& module, const Wasm2cNames& names, Variables* variables,
                  FunctionText* text);

  // Where a statement stands.
  struct Position {
    uint32_t line = 0;                       // in FunctionText::lines
    uint32_t innermost_try = Point::kNoTry;  // in FunctionText::tries
    Flow::Block catch_block = Flow::kNone;   // where an exception of it lands; kNone: leaves
    uint32_t catch_depth = 0;                // catch clauses around it
  };

  // `statement` has no semicolon. The answer says what was expected instead; empty: understood.
  std::string_view Read(std::string_view statement, const Position& position);

  // A condition "var_i0" or the like.
  std::string_view ReadUses(std::string_view expression);
  // "var_L0:" is in the text; false: the module has no such loop there.
  bool ReadLoop(const Position& position);

  Flow::Block Label(std::string_view name);
  // After the last statement; false: the module has more calls or loops.
  bool AtEndOfOutline();

 private:
  std::string_view ReadGoto(std::string_view label);
  std::string_view ReadException(std::string_view statement, const Position& position);
  std::string_view ReadCall(std::string_view statement, const Position& position);
  std::string_view ReadTailCall(std::string_view statement);
  std::string_view ReadAssignment(std::string_view statement);
  const OutlineItem* NextItem();
  bool CallsWhatItSays(const OutlineItem& item, std::string_view call) const;
  bool DefineResult(std::string_view result, bool only_check);

  const Module& module_;
  const Wasm2cNames& names_;
  Variables* variables_;
  FunctionText* text_;
  Flow* flow_;
  uint32_t item_;  // the next of the outline
  uint32_t item_end_;
  std::unordered_map<std::string_view, Flow::Block> labels_;
};

}  // namespace perdure
