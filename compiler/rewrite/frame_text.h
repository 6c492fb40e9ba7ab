// Names and pieces of C that everything about frames shares.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/rewrite/function_text.h"

namespace perdure {

// Bytes of a value in a frame in this process.
uint32_t FrameBytes(ValueType type);

// The member of perdure_result for a function's results: "as_u32". REQUIRES: it has some.
std::string ResultMember(const FuncType& type);

// The slots of a function's places (perdure_places in perdure/capture.h).
struct FrameSlots {
  uint32_t stack = 0, caught = 0, end = 0;

  static FrameSlots Of(const std::vector<Variable>& variables);
  uint32_t SlotOf(const Variable& variable) const;
};

// What a function returns while the stack is handed over: "return 0;", "return;".
std::string DummyReturn(const FuncType& type);

// The C symbol of the resume form of a function.
std::string ResumeName(const std::string& symbol);

}  // namespace perdure
