#include "compiler/diag/printable.h"

#include <cstdint>

namespace perdure {
namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

bool IsContinuation(char c) { return (static_cast<uint8_t>(c) & 0xc0) == 0x80; }

// Length of the UTF-8 sequence at the front of `text`, 0 if there is none. Overlong forms and
// surrogates pass: they are harmless on a terminal and the wasm reader refuses them anyway.
size_t SequenceLength(std::string_view text) {
  const uint8_t lead = static_cast<uint8_t>(text[0]);
  size_t length = 0;
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead < 0xe0) length = 2;
  if (lead >= 0xe0 && lead < 0xf0) length = 3;
  if (lead >= 0xf0 && lead < 0xf5) length = 4;
  if (length > text.size()) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (!IsContinuation(text[i])) return 0;
  }
  return length;
}

void AppendByteEscape(std::string* out, const char* opening, uint8_t byte, const char* closing) {
  *out += opening;
  *out += kHexDigits[byte >> 4];
  *out += kHexDigits[byte & 15];
  *out += closing;
}

void AppendCharacter(std::string* out, std::string_view sequence) {
  const uint8_t lead = static_cast<uint8_t>(sequence[0]);
  if (sequence.size() == 1 && (lead < 0x20 || lead == 0x7f)) {
    if (lead == '\n') {
      *out += "\\n";
    } else if (lead == '\t') {
      *out += "\\t";
    } else {
      AppendByteEscape(out, "\\u{", lead, "}");
    }
    return;
  }
  const bool is_c1 =
      sequence.size() == 2 && lead == 0xc2 && static_cast<uint8_t>(sequence[1]) < 0xa0;
  if (is_c1) {
    AppendByteEscape(out, "\\u{", static_cast<uint8_t>(sequence[1]), "}");
    return;
  }
  out->append(sequence);
}

}  // namespace

std::string Printable(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const size_t length = SequenceLength(text);
    if (length == 0) {
      AppendByteEscape(&out, "\\x", static_cast<uint8_t>(text[0]), "");
      text.remove_prefix(1);
      continue;
    }
    AppendCharacter(&out, text.substr(0, length));
    text.remove_prefix(length);
  }
  return out;
}

std::string Quote(std::string_view text) {
  bool cut = false;
  if (text.size() > kQuotedBytesMax) {
    size_t end = kQuotedBytesMax;
    while (end > kQuotedBytesMax - 4 && IsContinuation(text[end])) --end;
    text = text.substr(0, end);
    cut = true;
  }
  std::string out = "'";
  out += Printable(text);
  out += cut ? "...'" : "'";
  return out;
}

std::string QuotePath(std::string_view path) { return "'" + Printable(path) + "'"; }

}  // namespace perdure
