// What kind of program a module becomes.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "compiler/frontend/module.h"

namespace perdure {

enum class ModuleKind : uint8_t {
  kReactor,  // exports functions that can be called
  kCommand,  // exports _start, which runs once from beginning to end
  kEmpty,    // nothing to call
};
std::string_view ModuleKindName(ModuleKind kind);  // "reactor", "command", "empty"

ModuleKind KindOf(const Module& module);

// The exported `_initialize` of type () -> (), which WASI's reactors want called once before all
// else: the function's index. One of another type is an ordinary function.
std::optional<uint32_t> FindInitialize(const Module& module);

}  // namespace perdure
