// Whether output is coloured: one answer for every tool and stream.
#pragma once

#include <cstdint>
#include <functional>
#include <string_view>

namespace perdure {

enum class ColorChoice : uint8_t { kAuto, kAlways, kNever };  // --color=

// Looks up an environment variable; nullptr when it is not set. `getenv` fits.
using EnvironmentLookup = std::function<const char*(const char* name)>;

// The first that says something decides: `choice` (a flag is more specific than any variable),
// NO_COLOR (set and not empty: off), CLICOLOR_FORCE (set, not empty, not "0": on), TERM=dumb (off),
// CLICOLOR=0 (off), and then whether the stream is a terminal.
bool UseColor(ColorChoice choice, bool is_terminal, const EnvironmentLookup& environment);

}  // namespace perdure
