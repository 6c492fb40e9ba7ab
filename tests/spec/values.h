// Values between script and driver: what a step gives, and whether what came back is what it asks.
//
// On the wire a value is "TYPE:TEXT": numbers as the decimal of their bits, a v128 as 32 hex digits
// in the order of memory, a reference as "null" or a number (a function's index, a host
// reference's name).
#pragma once

#include <string>
#include <string_view>

#include "tests/spec/script.h"

namespace perdure::spec {

std::string ToWire(const Value& value);

// True if `wire` is what `expected` describes: the same bits, or any NaN of the class it names.
bool Matches(const Value& expected, std::string_view wire);

// For messages: "f32:nan:canonical", "v128:i32 1 2 3 4".
std::string ToText(const Value& value);

// Whether a trap (or a failed instantiation) with `message` is the one a script calls `text`.
bool IsTrap(std::string_view text, std::string_view message);

// Whether the linker's `message` is what a script calls `text`.
bool IsLinkFailure(std::string_view text, std::string_view message);

}  // namespace perdure::spec
