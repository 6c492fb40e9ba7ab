// wabt's text parser, its binary writer and the destructors of its tree recurse once per nested
// block. A thread's default 8 MiB end that at some thousands of levels with a crash, so text
// modules are read on a thread whose stack fits their nesting.
#pragma once

#include <cstddef>
#include <functional>
#include <string_view>

namespace perdure {

// An upper bound of how deep blocks and parentheses of a text module nest. Strings and comments are
// not counted; a text that is not a module gives some number.
size_t TextNesting(std::string_view text);

// Runs `work` on a thread that can recurse `levels` deep, and returns when it is done. False: no
// memory for the thread, and `work` has not run.
bool RunOnDeepStack(size_t levels, const std::function<void()>& work);

}  // namespace perdure
