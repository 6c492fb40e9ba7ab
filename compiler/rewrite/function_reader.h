// FunctionReader: reads one function of wasm2c's C into a FunctionText.
//
// The text is read line by line; blocks become blocks of the flow as they open and close:
//
//     if (c) {          } else {          }                  both ways meet again
//     if (c) {v = w; goto l;}             a branch, maybe over two lines
//     switch (v) {      case 0: goto l;   }
//     if (!wasm_rt_try(t)) {  } else {  } each call in the body may go on in the else part
//     var_B1:;          var_L2:           labels
//
// Invariants
//   R1  Every line is one of the closed list of shapes, or the build ends with an error that quotes
//       it. Nothing is skipped because it looks harmless.
//   R2  The calls and loops of the text are exactly those of the module, in the same order, with
//       the same callees; parameters and locals are those of the module with the same types.
//   R3  No operand is live on entry, and no two live values have the same place: both would mean
//       that the flow was misread.
#pragma once

#include <string_view>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/rewrite/function_text.h"
#include "compiler/rewrite/liveness.h"
#include "compiler/wasm2c/line_reader.h"
#include "compiler/wasm2c/wasm2c_names.h"
#include "perdure/status.h"

namespace perdure {

struct FunctionSource {
  const Module& module;
  const Wasm2cNames& names;
  std::string_view file;  // for messages: "app_0.c"
};

// `lines` gave `head_line`, where the head of `function` begins; reads up to its closing brace.
Result<FunctionText> ReadFunction(const FunctionSource& source, uint32_t function,
                                  std::string_view head_line, LineReader* lines);

// The live values of a function at its points. Fails where R3 does not hold.
Result<Liveness> FindLiveness(const FunctionSource& source, const FunctionText& text);

}  // namespace perdure
