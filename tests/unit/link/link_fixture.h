// Linking of modules given as text.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "compiler/link/link.h"

namespace perdure::test {

using Texts = std::vector<std::pair<std::string, std::string>>;  // name, module

struct Linking {
  std::optional<LinkedModule> linked;
  Diagnostics diagnostics;

  const Module& module() const { return linked->module; }
};

// The inputs must be valid. A text is read from a file "<name>.wat" as far as messages tell.
Linking Link(const Texts& texts, bool staged = false);
// The same; fails the running test unless they can be linked.
Linking MustLink(const Texts& texts, bool staged = false);

Module ReadText(const std::string& name, const std::string& text);

// A module with two of everything, so that whatever is linked after it gets other indices.
const std::string& Padding();

}  // namespace perdure::test
