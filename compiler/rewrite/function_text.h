// FunctionText: one function as wasm2c wrote it, read far enough to be written again with
// additions.
//
// Everything is a view into the text of the file, which has to live as long.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/rewrite/flow.h"

namespace perdure {

// As PERDURE_PLACE_... in perdure/capture.h.
enum class LivePlace : uint8_t { kLocal = 0, kStack = 1, kCatch = 2 };

struct Variable {
  std::string_view name;  // "var_p0", "var_i3", "var_T1"
  LivePlace place = LivePlace::kLocal;
  ValueType type = ValueType::kI32;  // meaningless for a caught exception
  uint32_t index = 0;                // of the local, depth of the operand, depth of the catch
};

// A call or a loop as it stands in the text; in the order of the text, which is the bytecode's. Its
// position in FunctionText::points is the number of its mark in the flow.
struct Point {
  static constexpr uint32_t kNoTry = UINT32_MAX;

  uint32_t item = 0;                // in Module::outline
  uint32_t line = 0;                // in FunctionText::lines
  uint32_t innermost_try = kNoTry;  // whose body it is in, in FunctionText::tries
  std::string_view result;          // "var_i0" or "struct wasm_multi_ij tmp"; empty: none
  std::string_view call;            // "w2c_app_f2(instance, var_i0)"; empty: a loop
};

struct Try {
  std::string_view name;            // "var_T0"
  uint32_t open_line = 0;           // the "{" before its declarations
  uint32_t body_line = 0;           // the first of its body: it becomes the unwind target
  uint32_t parent = Point::kNoTry;  // the innermost try whose body it is in
};

struct FunctionText {
  uint32_t function = 0;
  std::string_view head;  // "u32 w2c_app_f2(w2c_app* instance, u32 var_p0) {", maybe several lines
  bool is_volatile = false;                    // its parameters and locals are: it tries
  std::vector<std::string_view> declarations;  // of locals, FUNC_PROLOGUE, of operands
  std::vector<std::string_view> lines;         // statements, less the closing brace
  std::vector<Variable> variables;             // ascending by (place, index, type)
  std::vector<Point> points;
  std::vector<Try> tries;
  Flow flow;
};

}  // namespace perdure
