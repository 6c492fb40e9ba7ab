// Names out of a module, made safe to print. A name in a wasm file may be any UTF-8: with newlines
// it would forge a second diagnostic, with escape sequences it would drive the terminal, with a
// megabyte it would bury the message.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace perdure {

// Control characters (C0, DEL, C1) as \n, \t or \u{hex}, bytes that are not UTF-8 as \xNN; all else
// as it is.
std::string Printable(std::string_view text);

inline constexpr size_t kQuotedBytesMax = 120;

// Printable(text) in single quotes, cut to about kQuotedBytesMax bytes with "..." in the cut's
// place.
std::string Quote(std::string_view text);

// The same of a path, which is not cut: whoever reads it has to find the file.
std::string QuotePath(std::string_view path);

}  // namespace perdure
