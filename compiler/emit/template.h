// Templates: real C and C++ text (templates/cpp/*.in), embedded into the compiler at build time.
//
// A slot is @UPPER_CASE@. Filling replaces each once-over and recurses into nothing, so a value may
// contain an '@'. Loops and conditions live in the emitter, which passes their text as a value.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "perdure/status.h"

namespace perdure {

// The text of templates/cpp/`name`. Aborts if there is none: the names are literals of ours.
std::string_view EmbeddedTemplate(std::string_view name);

using Slots = std::map<std::string, std::string, std::less<>>;

// `text` with its slots filled. A slot without a value or a value without a slot is
// kInvalidArgument: a template and its emitter that disagree are a bug, found by the first test
// that runs them.
Result<std::string> FillTemplate(std::string_view text, const Slots& slots);

}  // namespace perdure
