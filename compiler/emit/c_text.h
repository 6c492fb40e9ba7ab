// Pieces of C and C++ text that several emitters write.
#pragma once

#include <string>
#include <string_view>

#include "compiler/frontend/module.h"

namespace perdure {

// A C string literal, quotes included. Everything outside printable ASCII as three octal digits,
// which cannot run into what follows them.
std::string CString(std::string_view text);
// The same, or NULL for an empty text.
std::string CStringOrNull(std::string_view text);

// The member of perdure_value that holds a value of this type.
std::string_view ValueField(ValueType type);

// The nearest identifier valid in C and C++: other characters become '_', a digit in front gets
// one, a keyword of C++ gets one behind. Never empty.
std::string Identifier(std::string_view text);
// The same in UpperCamel: "kv_store" gives "KvStore".
std::string CamelIdentifier(std::string_view text);

}  // namespace perdure
