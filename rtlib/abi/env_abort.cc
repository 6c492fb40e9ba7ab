// env.abort, which every AssemblyScript module imports: a failed assertion or an uncaught `throw`.
//
// Alone in its object file, so that a host library that defines the function itself takes
// precedence when the program is linked. The arguments are guest addresses and may be anything;
// whatever cannot be read is left out of the message, and the trap happens regardless.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <cstring>
#include <initializer_list>

#include "perdure/host.h"
#include "wasm-rt.h"

extern "C" void w2c_env_abort(perdure_host* host, uint32_t message, uint32_t file, uint32_t line,
                              uint32_t column);

namespace {

// A trap message holds 255 bytes. Both texts that the guest supplies are cut so that the rest, the
// line and column above all, always fits.
constexpr size_t kMessageBytes = 150;
constexpr size_t kFileBytes = 64;
constexpr size_t kAllBytes = 255;
static_assert(sizeof "abort:  in (4294967295:4294967295)" + kMessageBytes + kFileBytes <=
              kAllBytes);

// UTF-8 of at most `limit` bytes, whole characters only; on the stack, because the trap abandons
// the frame that holds it.
class Text {
 public:
  explicit Text(size_t limit) : limit_(limit) {}

  void Append(const char* text) {
    for (; *text != '\0'; ++text) Put({static_cast<uint8_t>(*text)});
  }

  void Append(uint32_t number) {
    char digits[12] = {};
    std::to_chars(digits, digits + sizeof digits - 1, number);
    Append(digits);
  }

  void AppendCodePoint(uint32_t c) {
    const auto tail = [c](int shift) { return static_cast<uint8_t>(0x80 | ((c >> shift) & 0x3f)); };
    if (c < 0x80) {
      Put({static_cast<uint8_t>(c)});
    } else if (c < 0x800) {
      Put({static_cast<uint8_t>(0xc0 | (c >> 6)), tail(0)});
    } else if (c < 0x10000) {
      Put({static_cast<uint8_t>(0xe0 | (c >> 12)), tail(6), tail(0)});
    } else {
      Put({static_cast<uint8_t>(0xf0 | (c >> 18)), tail(12), tail(6), tail(0)});
    }
  }

  bool full() const { return full_; }
  const char* c_str() const { return bytes_; }

 private:
  void Put(std::initializer_list<uint8_t> bytes) {
    full_ = full_ || length_ + bytes.size() > limit_;
    if (full_) return;
    for (const uint8_t byte : bytes) bytes_[length_++] = static_cast<char>(byte);
  }

  size_t limit_;
  size_t length_ = 0;
  bool full_ = false;
  char bytes_[kAllBytes + 1] = {};
};

constexpr uint32_t kReplacement = 0xfffd;  // for a surrogate without its other half
constexpr bool IsHigh(uint32_t unit) { return (unit & 0xfc00) == 0xd800; }
constexpr bool IsLow(uint32_t unit) { return (unit & 0xfc00) == 0xdc00; }

// Appends the AssemblyScript string at `address`: UTF-16, with its length in bytes in the 32 bits
// before it. False for null, for an empty string and for whatever is not inside memory.
bool AppendString(perdure_host* host, uint32_t address, Text* text) {
  uint32_t length = 0;
  if (address < sizeof length) return false;
  const void* header =
      perdure_try_view(host, 0, address - sizeof length, sizeof length, PERDURE_READ);
  if (header == nullptr) return false;
  std::memcpy(&length, header, sizeof length);
  if (length == 0 || length > perdure_memory_size(host, 0) - address) return false;
  length = std::min(length, static_cast<uint32_t>(2 * kAllBytes)) & ~1u;  // more would not be shown
  const auto* units =
      static_cast<const uint8_t*>(perdure_try_view(host, 0, address, length, PERDURE_READ));
  if (units == nullptr) return false;
  const auto unit = [units](uint32_t at) -> uint32_t { return units[at] | units[at + 1] << 8; };
  for (uint32_t at = 0; at < length && !text->full(); at += 2) {
    const uint32_t first = unit(at);
    if (IsHigh(first) && at + 2 < length && IsLow(unit(at + 2))) {
      at += 2;
      text->AppendCodePoint(0x10000 + ((first & 0x3ff) << 10) + (unit(at) & 0x3ff));
    } else {
      text->AppendCodePoint(IsHigh(first) || IsLow(first) ? kReplacement : first);
    }
  }
  return true;
}

}  // namespace

// "abort: MESSAGE in FILE(LINE:COLUMN)"
void w2c_env_abort(perdure_host* host, uint32_t message, uint32_t file, uint32_t line,
                   uint32_t column) {
  Text detail(kMessageBytes);
  Text text(kAllBytes);
  text.Append("abort");
  if (AppendString(host, message, &detail)) {
    text.Append(": ");
    text.Append(detail.c_str());
  }
  Text place(kFileBytes);
  if (AppendString(host, file, &place)) {
    text.Append(" in ");
    text.Append(place.c_str());
    text.Append("(");
    text.Append(line);
    text.Append(":");
    text.Append(column);
    text.Append(")");
  }
  perdure_trap(host, text.c_str());
}
