#include "rtlib/base/text.h"

#include <charconv>
#include <cstdio>
#include <ctime>

namespace perdure {
namespace internal {

void AppendUnsigned(std::string* out, uint64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out->append(digits, static_cast<size_t>(end - digits));
}

void AppendSigned(std::string* out, int64_t value) {
  char digits[24];
  const auto end = std::to_chars(digits, digits + sizeof(digits), value).ptr;
  out->append(digits, static_cast<size_t>(end - digits));
}

}  // namespace internal

namespace {

constexpr char kHexDigits[] = "0123456789abcdef";

// Proleptic Gregorian date of a day number counted from 1970-01-01; Howard Hinnant's
// civil_from_days.
struct Date {
  int64_t year;
  unsigned month, day;
};

Date DateOfDay(int64_t day_number) {
  const int64_t shifted = day_number + 719468;  // days since 0000-03-01
  const int64_t era = (shifted >= 0 ? shifted : shifted - 146096) / 146097;
  const unsigned day_of_era = static_cast<unsigned>(shifted - era * 146097);
  const unsigned year_of_era =
      (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
  const unsigned day_of_year =
      day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
  const unsigned month_from_march = (5 * day_of_year + 2) / 153;
  const unsigned day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
  const unsigned month = month_from_march < 10 ? month_from_march + 3 : month_from_march - 9;
  return {static_cast<int64_t>(year_of_era) + era * 400 + (month <= 2 ? 1 : 0), month, day};
}

// Length of the UTF-8 sequence at text[at], or 0 if there is no well-formed one (RFC 3629).
size_t Utf8Length(std::string_view text, size_t at) {
  const auto byte = [&](size_t i) -> unsigned {
    return at + i < text.size() ? static_cast<uint8_t>(text[at + i]) : 0u;
  };
  const auto continues = [&](size_t i) { return (byte(i) & 0xc0) == 0x80; };
  const unsigned lead = byte(0);
  if (lead < 0x80) return 1;
  if (lead >= 0xc2 && lead <= 0xdf) return continues(1) ? 2 : 0;
  if (lead >= 0xe0 && lead <= 0xef) {
    if (!continues(1) || !continues(2)) return 0;
    if (lead == 0xe0 && byte(1) < 0xa0) return 0;   // overlong
    if (lead == 0xed && byte(1) >= 0xa0) return 0;  // surrogate
    return 3;
  }
  if (lead >= 0xf0 && lead <= 0xf4) {
    if (!continues(1) || !continues(2) || !continues(3)) return 0;
    if (lead == 0xf0 && byte(1) < 0x90) return 0;   // overlong
    if (lead == 0xf4 && byte(1) >= 0x90) return 0;  // beyond U+10FFFF
    return 4;
  }
  return 0;
}

// How many bytes from the beginning on are ASCII that is the same in a JSON string.
size_t PlainLength(std::string_view text) {
  const auto is_plain = [](char c) {
    return static_cast<uint8_t>(c) >= 0x20 && static_cast<uint8_t>(c) < 0x80 && c != '"' &&
           c != '\\';
  };
  size_t length = 0;
  while (length < text.size() && is_plain(text[length])) ++length;
  return length;
}

void AppendJsonControl(std::string* out, uint8_t control) {
  switch (control) {
    case '\n':
      out->append("\\n");
      return;
    case '\r':
      out->append("\\r");
      return;
    case '\t':
      out->append("\\t");
      return;
    default:
      out->append("\\u00");
      out->push_back(kHexDigits[control >> 4]);
      out->push_back(kHexDigits[control & 15]);
  }
}

}  // namespace

std::string Hex(std::string_view bytes) {
  std::string out;
  out.reserve(bytes.size() * 2);
  for (char c : bytes) {
    const uint8_t byte = static_cast<uint8_t>(c);
    out.push_back(kHexDigits[byte >> 4]);
    out.push_back(kHexDigits[byte & 15]);
  }
  return out;
}

std::string Hex64(uint64_t value) {
  std::string out = "0x";
  for (int shift = 60; shift >= 0; shift -= 4) out.push_back(kHexDigits[(value >> shift) & 15]);
  return out;
}

std::string Rfc3339(int64_t unix_us) {
  constexpr int64_t kDayUs = int64_t{86400} * 1000000;
  int64_t day = unix_us / kDayUs;
  int64_t in_day = unix_us % kDayUs;
  if (in_day < 0) {
    in_day += kDayUs;
    --day;
  }
  const Date date = DateOfDay(day);
  const int64_t second = in_day / 1000000;
  char text[80];
  std::snprintf(text, sizeof(text), "%04lld-%02u-%02uT%02lld:%02lld:%02lld.%06lldZ",
                static_cast<long long>(date.year), date.month, date.day,
                static_cast<long long>(second / 3600), static_cast<long long>(second / 60 % 60),
                static_cast<long long>(second % 60), static_cast<long long>(in_day % 1000000));
  return text;
}

int64_t NowUnixUs() {
  timespec now;
  clock_gettime(CLOCK_REALTIME, &now);
  return int64_t{now.tv_sec} * 1000000 + now.tv_nsec / 1000;
}

void AppendJsonString(std::string* out, std::string_view text) {
  out->push_back('"');
  for (size_t at = 0; at < text.size();) {
    const size_t plain = PlainLength(text.substr(at));
    out->append(text, at, plain);
    at += plain;
    if (at == text.size()) break;
    const size_t length = Utf8Length(text, at);
    const char c = text[at];
    if (length == 0) {
      out->append("\xef\xbf\xbd");
      ++at;
      continue;
    }
    if (c == '"' || c == '\\') {
      out->push_back('\\');
      out->push_back(c);
    } else if (static_cast<uint8_t>(c) < 0x20) {
      AppendJsonControl(out, static_cast<uint8_t>(c));
    } else {
      out->append(text.substr(at, length));
    }
    at += length;
  }
  out->push_back('"');
}

std::string JsonString(std::string_view text) {
  std::string out;
  AppendJsonString(&out, text);
  return out;
}

}  // namespace perdure
