#include "compiler/emit/c_text.h"

#include <algorithm>
#include <iterator>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::string_view kCppKeywords[] = {"alignas",       "alignof",     "and",
                                             "and_eq",        "asm",         "auto",
                                             "bitand",        "bitor",       "bool",
                                             "break",         "case",        "catch",
                                             "char",          "char16_t",    "char32_t",
                                             "char8_t",       "class",       "co_await",
                                             "co_return",     "co_yield",    "compl",
                                             "concept",       "const",       "const_cast",
                                             "consteval",     "constexpr",   "constinit",
                                             "continue",      "decltype",    "default",
                                             "delete",        "do",          "double",
                                             "dynamic_cast",  "else",        "enum",
                                             "explicit",      "export",      "extern",
                                             "false",         "float",       "for",
                                             "friend",        "goto",        "if",
                                             "inline",        "int",         "long",
                                             "mutable",       "namespace",   "new",
                                             "noexcept",      "not",         "not_eq",
                                             "nullptr",       "operator",    "or",
                                             "or_eq",         "private",     "protected",
                                             "public",        "register",    "reinterpret_cast",
                                             "requires",      "return",      "short",
                                             "signed",        "sizeof",      "static",
                                             "static_assert", "static_cast", "struct",
                                             "switch",        "template",    "this",
                                             "thread_local",  "throw",       "true",
                                             "try",           "typedef",     "typeid",
                                             "typename",      "union",       "unsigned",
                                             "using",         "virtual",     "void",
                                             "volatile",      "wchar_t",     "while",
                                             "xor",           "xor_eq"};

bool IsAlnum(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

}  // namespace

std::string CString(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '"' || c == '\\') {
      StrAppend(&out, '\\', c);
    } else if (byte >= 0x20 && byte < 0x7f) {
      out += c;
    } else {
      StrAppend(&out, '\\', byte >> 6, (byte >> 3) & 7, byte & 7);
    }
  }
  return out + '"';
}

std::string CStringOrNull(std::string_view text) { return text.empty() ? "NULL" : CString(text); }

std::string_view ValueField(ValueType type) { return ValueTypeName(type); }

std::string Identifier(std::string_view text) {
  std::string out;
  for (const char c : text) out += IsAlnum(c) ? c : '_';
  if (out.empty()) return "_";
  if (out[0] >= '0' && out[0] <= '9') out = StrCat('_', out);
  if (std::find(std::begin(kCppKeywords), std::end(kCppKeywords), out) != std::end(kCppKeywords)) {
    out += '_';
  }
  return out;
}

std::string CamelIdentifier(std::string_view text) {
  std::string out;
  bool upper = true;
  for (const char c : text) {
    if (!IsAlnum(c)) {
      upper = true;
      continue;
    }
    out += upper && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    upper = false;
  }
  return Identifier(out);
}

}  // namespace perdure
