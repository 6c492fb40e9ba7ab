// Names and pieces of C that everything about frames shares.
#pragma once

#include <cstdint>
#include <string>

#include "compiler/frontend/module.h"

namespace perdure {

// Bytes of a value in a frame in this process.
uint32_t FrameBytes(ValueType type);

// What a function returns while the stack is handed over: "return 0;", "return;".
std::string DummyReturn(const FuncType& type);

// The C symbol of the resume form of a function.
std::string ResumeName(const std::string& symbol);

}  // namespace perdure
