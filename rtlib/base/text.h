// Text for people and for JSON: concatenation, hex, times, escaping.
#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace perdure {

namespace internal {

inline void AppendPiece(std::string* out, std::string_view piece) { out->append(piece); }
inline void AppendPiece(std::string* out, char piece) { out->push_back(piece); }
void AppendUnsigned(std::string* out, uint64_t value);
void AppendSigned(std::string* out, int64_t value);

template <std::integral T>
  requires(!std::same_as<T, char> && !std::same_as<T, bool>)
void AppendPiece(std::string* out, T value) {
  if constexpr (std::is_signed_v<T>) {
    AppendSigned(out, static_cast<int64_t>(value));
  } else {
    AppendUnsigned(out, static_cast<uint64_t>(value));
  }
}

}  // namespace internal

// Appends strings, characters and integers (decimal).
template <typename... Pieces>
void StrAppend(std::string* out, const Pieces&... pieces) {
  (internal::AppendPiece(out, pieces), ...);
}

template <typename... Pieces>
std::string StrCat(const Pieces&... pieces) {
  std::string out;
  StrAppend(&out, pieces...);
  return out;
}

// Lower-case hex, two digits a byte.
std::string Hex(std::string_view bytes);
// "0x" and 16 digits.
std::string Hex64(uint64_t value);

// "2026-01-31T12:00:00.123456Z" for microseconds since the Unix epoch; any value of the type is
// valid.
std::string Rfc3339(int64_t unix_us);

// Microseconds since the Unix epoch, now.
int64_t NowUnixUs();

// `text` as a JSON string, quotes included. Bytes that are not UTF-8 become U+FFFD.
std::string JsonString(std::string_view text);
void AppendJsonString(std::string* out, std::string_view text);

}  // namespace perdure
