#include "rtlib/base/text.h"

#include <catch2/catch.hpp>

#include <ctime>
#include <random>

namespace perdure {
namespace {

TEST_CASE("StrCat joins strings, characters and integers of every width") {
  CHECK(StrCat("a", 'b', std::string("c"), 1, -2, uint8_t{3}, int8_t{-4}, UINT64_MAX, INT64_MIN) ==
        "abc1-23-418446744073709551615-9223372036854775808");
}

TEST_CASE("hex has two digits a byte and sixteen a word") {
  CHECK(Hex(std::string("\x00\x7f\xff", 3)) == "007fff");
  CHECK(Hex64(0xabc) == "0x0000000000000abc");
}

TEST_CASE("times are RFC 3339 in UTC, before the epoch as well") {
  CHECK(Rfc3339(0) == "1970-01-01T00:00:00.000000Z");
  CHECK(Rfc3339(-1) == "1969-12-31T23:59:59.999999Z");
  CHECK(Rfc3339(951782400000000) == "2000-02-29T00:00:00.000000Z");
  CHECK(Rfc3339(1735689599123456) == "2024-12-31T23:59:59.123456Z");
  CHECK_FALSE(Rfc3339(INT64_MAX).empty());
  CHECK_FALSE(Rfc3339(INT64_MIN).empty());
}

TEST_CASE("dates agree with the C library's") {
  std::mt19937_64 random(1);
  for (int round = 0; round < 1000; ++round) {
    const time_t second = static_cast<time_t>(random() % 250000000000) - 60000000000;
    tm parts;
    gmtime_r(&second, &parts);
    char expected[64];
    std::snprintf(expected, sizeof(expected), "%04d-%02d-%02dT%02d:%02d:%02d.000000Z",
                  parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday, parts.tm_hour,
                  parts.tm_min, parts.tm_sec);
    CHECK(Rfc3339(int64_t{second} * 1000000) == expected);
  }
}

TEST_CASE("JSON strings escape what JSON must and keep UTF-8") {
  CHECK(JsonString("a\"b\\c\n\r\t\x01\x1f\x7f") == "\"a\\\"b\\\\c\\n\\r\\t\\u0001\\u001f\x7f\"");
  CHECK(JsonString(std::string("\0", 1)) == "\"\\u0000\"");
  CHECK(JsonString("h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80") ==
        "\"h\xc3\xa4\xe2\x82\xac\xf0\x9f\x98\x80\"");
}

TEST_CASE("bytes that are not UTF-8 become replacement characters in JSON") {
  const std::string fffd = "\xef\xbf\xbd";
  CHECK(JsonString("\xff") == "\"" + fffd + "\"");
  CHECK(JsonString("\xc0\x80") == "\"" + fffd + fffd + "\"");             // overlong
  CHECK(JsonString("\xed\xa0\x80") == "\"" + fffd + fffd + fffd + "\"");  // surrogate
  CHECK(JsonString("\xf4\x90\x80\x80") == "\"" + fffd + fffd + fffd + fffd + "\"");
  CHECK(JsonString("a\xe2\x82") == "\"a" + fffd + fffd + "\"");  // cut
}

}  // namespace
}  // namespace perdure
