// Values, types and calls as text: the one spelling used by the command line, the log, JSON and
// SQL.
//
//   i32, i64    signed decimal out; in: decimal from the signed minimum to the unsigned maximum, or
//   0x hex f32, f64    shortest decimal that reads back as the same bits; in also hex floats
//   (0x1.8p3);
//               inf, -inf, nan, -nan, nan:0xPAYLOAD for any NaN that is not the canonical one
//   v128        32 hex digits, most significant byte first (lane 0 last); in: optional 0x
//   funcref     null or func:INDEX
//   externref   null or extern:NAME (a named host reference, perdure/host.h)
//
// What Format prints, Parse reads back to the same bits. Nothing here depends on the locale. A NaN
// never passes through a floating-point operation, which could make it quiet.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "perdure/program.h"
#include "perdure/status.h"

namespace perdure {

// "i32" ... ; "?" for a byte that is no value type.
std::string_view TypeName(uint8_t type);

// `function_index` matters for a funcref only; PERDURE_NO_INDEX is null. A pointer of the
// host's, which no state can hold, prints as "extern".
std::string FormatValue(uint8_t type, const perdure_value& value, uint32_t function_index);

// Values joined by ", ". `function_indices` is parallel to `values`, or empty if no type is
// funcref. Nothing in it needs to be escaped in JSON.
void AppendValues(std::span<const uint8_t> types, std::span<const perdure_value> values,
                  std::span<const uint32_t> function_indices, std::string* out);

// The same at `at`, where kValueTextBytesMax bytes a value are free. Returns the end: each event of
// a group pays for this.
char* WriteValues(std::span<const uint8_t> types, std::span<const perdure_value> values,
                  std::span<const uint32_t> function_indices, char* at);
inline constexpr size_t kValueTextBytesMax = 40;  // with what separates it; v128 has 32 digits

// Zeroes *value, then sets the member of `type`. For a funcref sets *function_index instead (the
// caller knows the functions); for every other type *function_index becomes PERDURE_NO_INDEX.
// kInvalidArgument names the text, the type and what the type accepts.
Status ParseValue(uint8_t type, std::string_view text, perdure_value* value,
                  uint32_t* function_index);

// "(i32, i64) -> f32", "(i32) -> ()", "() -> (i32, i32)".
std::string SignatureText(const perdure_type& type);

// The canonical input of a call event: "set(42)". A name that would not read back unambiguously
// (blanks, parentheses, quotes, control characters, or empty) is written as a JSON string.
std::string CallText(std::string_view name, std::span<const uint8_t> types,
                     std::span<const perdure_value> args,
                     std::span<const uint32_t> function_indices);
// What it begins with: "set(".
std::string CallTextHead(std::string_view name);

// `text` in single quotes for a message: control characters escaped as in JSON, cut at 64 bytes.
std::string QuoteText(std::string_view text);

}  // namespace perdure
