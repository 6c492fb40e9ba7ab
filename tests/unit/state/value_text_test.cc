#include "rtlib/state/value_text.h"

#include <bit>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <random>
#include <vector>

#include "rtlib/state/float_text.h"

namespace perdure {
namespace {

// Parses and prints again; a rejected text gives "error: ...".
std::string RoundTrip(uint8_t type, std::string_view text) {
  perdure_value value;
  uint32_t function_index = 0;
  Status status = ParseValue(type, text, &value, &function_index);
  if (!status.ok()) return "error: " + std::string(status.message());
  return FormatValue(type, value, function_index);
}

uint32_t Bits32(std::string_view text) {
  perdure_value value;
  uint32_t function_index = 0;
  REQUIRE(ParseValue(PERDURE_F32, text, &value, &function_index).ok());
  uint32_t bits;
  std::memcpy(&bits, &value.f32, sizeof bits);
  return bits;
}

uint64_t Bits64(std::string_view text) {
  perdure_value value;
  uint32_t function_index = 0;
  REQUIRE(ParseValue(PERDURE_F64, text, &value, &function_index).ok());
  uint64_t bits;
  std::memcpy(&bits, &value.f64, sizeof bits);
  return bits;
}

bool Rejects(uint8_t type, std::string_view text) {
  perdure_value value;
  uint32_t function_index = 0;
  Status status = ParseValue(type, text, &value, &function_index);
  return status.code() == StatusCode::kInvalidArgument;
}

TEST_CASE("integers are read as signed, unsigned or hex and printed signed") {
  CHECK(RoundTrip(PERDURE_I32, "0") == "0");
  CHECK(RoundTrip(PERDURE_I32, "-0") == "0");
  CHECK(RoundTrip(PERDURE_I32, "+7") == "7");
  CHECK(RoundTrip(PERDURE_I32, "007") == "7");
  CHECK(RoundTrip(PERDURE_I32, "-2147483648") == "-2147483648");
  CHECK(RoundTrip(PERDURE_I32, "2147483647") == "2147483647");
  CHECK(RoundTrip(PERDURE_I32, "4294967295") == "-1");
  CHECK(RoundTrip(PERDURE_I32, "0xffffffff") == "-1");
  CHECK(RoundTrip(PERDURE_I32, "0XfF") == "255");
  CHECK(RoundTrip(PERDURE_I32, "-0x80000000") == "-2147483648");
  CHECK(RoundTrip(PERDURE_I64, "-9223372036854775808") == "-9223372036854775808");
  CHECK(RoundTrip(PERDURE_I64, "18446744073709551615") == "-1");
  CHECK(RoundTrip(PERDURE_I64, "0x7fffffffffffffff") == "9223372036854775807");
}

TEST_CASE("an integer that does not fit its type is refused with the range") {
  CHECK(
      RoundTrip(PERDURE_I32, "4294967296") ==
      "error: '4294967296' is out of range for i32 (an integer from -2147483648 to 4294967295, or "
      "0x hex)");
  CHECK(RoundTrip(PERDURE_I32, "-2147483649").starts_with("error: '-2147483649' is out of range"));
  CHECK(RoundTrip(PERDURE_I64, "18446744073709551616") ==
        "error: '18446744073709551616' is out of range for i64 (an integer from "
        "-9223372036854775808 to 18446744073709551615, or 0x hex)");
  CHECK(RoundTrip(PERDURE_I64, "-9223372036854775809").find("out of range") != std::string::npos);
  CHECK(RoundTrip(PERDURE_I64, std::string(5000, '9')).find("out of range") != std::string::npos);
}

TEST_CASE("junk is no integer") {
  for (std::string_view text : {"", " ", "-", "+", "0x", "-0x", "1 ", " 1", "1.0", "1e3", "0xg",
                                "--1", "+-1", "-+1", "1_000", "abc", "0b1", "1\n", "\xff"}) {
    CAPTURE(text);
    CHECK(Rejects(PERDURE_I32, text));
    CHECK(Rejects(PERDURE_I64, text));
  }
  CHECK(Rejects(PERDURE_I32, std::string_view("1\0", 2)));
  CHECK(RoundTrip(PERDURE_I32, "four").starts_with("error: 'four' is no i32 (an integer from "));
}

TEST_CASE("parsing leaves no stray bytes in the value") {
  perdure_value value;
  std::memset(&value, 0xab, sizeof value);
  uint32_t function_index = 3;
  REQUIRE(ParseValue(PERDURE_I32, "1", &value, &function_index).ok());
  perdure_value expected;
  std::memset(&expected, 0, sizeof expected);
  expected.i32 = 1;
  CHECK(std::memcmp(&value, &expected, sizeof value) == 0);
  CHECK(function_index == PERDURE_NO_INDEX);
}

TEST_CASE("floats print as the shortest decimal that reads back") {
  CHECK(RoundTrip(PERDURE_F64, "0.1") == "0.1");
  CHECK(RoundTrip(PERDURE_F32, "0.1") == "0.1");
  CHECK(RoundTrip(PERDURE_F64, "42") == "42");
  CHECK(RoundTrip(PERDURE_F64, "-0") == "-0");
  CHECK(RoundTrip(PERDURE_F64, "1e300") == "1e+300");
  CHECK(RoundTrip(PERDURE_F32, "16777217") == "16777216");
  CHECK(RoundTrip(PERDURE_F64, "+.5") == "0.5");
  CHECK(RoundTrip(PERDURE_F64, "inf") == "inf");
  CHECK(RoundTrip(PERDURE_F32, "-inf") == "-inf");
}

TEST_CASE("NaN payloads and signs survive, signalling ones too") {
  CHECK(Bits32("nan") == 0x7fc00000);
  CHECK(Bits32("-nan") == 0xffc00000);
  CHECK(Bits32("nan:0x1") == 0x7f800001);
  CHECK(Bits32("-nan:0x200000") == 0xffa00000);
  CHECK(Bits64("nan:0x4000000000000") == 0x7ff4000000000000);
  CHECK(RoundTrip(PERDURE_F32, "nan:0x1") == "nan:0x1");
  CHECK(RoundTrip(PERDURE_F32, "-nan:0x7fffff") == "-nan:0x7fffff");
  CHECK(RoundTrip(PERDURE_F32, "nan:0x400000") == "nan");
  CHECK(RoundTrip(PERDURE_F64, "nan:0xfffffffffffff") == "nan:0xfffffffffffff");
  for (std::string_view text :
       {"nan:", "nan:0x", "nan:1", "nan:0xg", "nano", "nan:0x1 ", "nan()"}) {
    CAPTURE(text);
    CHECK(Rejects(PERDURE_F32, text));
  }
  CHECK(RoundTrip(PERDURE_F32, "nan:0x0").find("out of range") != std::string::npos);
  CHECK(RoundTrip(PERDURE_F32, "nan:0x800000").find("out of range") != std::string::npos);
  CHECK(RoundTrip(PERDURE_F64, "nan:0x10000000000000").find("out of range") != std::string::npos);
}

TEST_CASE("a decimal float too large is refused, too small becomes zero") {
  CHECK(RoundTrip(PERDURE_F32, "1e39") ==
        "error: '1e39' is out of range for f32 (a number, inf, -inf, nan or nan:0xPAYLOAD)");
  CHECK(Bits32("3.4028235e38") == 0x7f7fffff);
  CHECK(RoundTrip(PERDURE_F32, "3.4028236e38").find("out of range") != std::string::npos);
  CHECK(RoundTrip(PERDURE_F64, "1e309").find("out of range") != std::string::npos);
  CHECK(RoundTrip(PERDURE_F64, "1" + std::string(400, '0')).find("out of range") !=
        std::string::npos);
  CHECK(Bits64("1e-400") == 0);
  CHECK(Bits64("-1e-400") == 0x8000000000000000);
  CHECK(Bits64("0." + std::string(400, '0') + "1") == 0);
  CHECK(Bits64("0." + std::string(400, '0') + "1e402") == std::bit_cast<uint64_t>(10.0));
  CHECK(Bits64("5e-324") == 1);
  CHECK(Bits64("2.4e-324") == 0);
  CHECK(Bits32("1e-45") == 1);
  CHECK(Bits32("0e999999999999") == 0);
}

TEST_CASE("decimal floats are rounded once, to the nearest, ties to even") {
  CHECK(Bits64("9007199254740993") == std::bit_cast<uint64_t>(9007199254740992.0));
  CHECK(Bits64("9007199254740993.00000000000000000000000000001") ==
        std::bit_cast<uint64_t>(9007199254740994.0));
  // Read as a double first, this one would land on the wrong float.
  CHECK(Bits32("1.00000005960464480") == 0x3f800001);
  CHECK(Bits32("1.000000059604644775390625") == 0x3f800000);
}

TEST_CASE("hex floats are exact, and rounded once where they cannot be") {
  CHECK(Bits64("0x1.8p3") == std::bit_cast<uint64_t>(12.0));
  CHECK(Bits64("0x10") == std::bit_cast<uint64_t>(16.0));
  CHECK(Bits64("-0x.8p1") == std::bit_cast<uint64_t>(-1.0));
  CHECK(Bits64("0x1P-1") == std::bit_cast<uint64_t>(0.5));
  CHECK(Bits64("0x0p99999999999999999999") == 0);
  CHECK(Bits64("0x1p-1074") == 1);
  CHECK(Bits64("0x1p-1075") == 0);
  CHECK(Bits64("0x1.0000000000001p-1075") == 1);
  CHECK(Bits64("0x1p-99999999999999999999") == 0);
  CHECK(Bits64("0x0.fffffffffffff8p-1022") == 0x0010000000000000);
  CHECK(Bits64("0x1.fffffffffffff7fp1023") == 0x7fefffffffffffff);
  CHECK(RoundTrip(PERDURE_F64, "0x1.fffffffffffff8p1023").find("out of range") !=
        std::string::npos);
  CHECK(RoundTrip(PERDURE_F64, "0x1p1024").find("out of range") != std::string::npos);
  CHECK(RoundTrip(PERDURE_F64, "0x1p99999999999999999999").find("out of range") !=
        std::string::npos);
  CHECK(Bits32("0x1.000001p0") == 0x3f800000);
  CHECK(Bits32("0x1.000003p0") == 0x3f800002);
  CHECK(Bits32("0x1.00000100000000000000000001p0") == 0x3f800001);
  CHECK(Bits32("0x1" + std::string(20, '0') + "p-80") == 0x3f800000);
  CHECK(Bits32("0x" + std::string(40, '0') + "1") == 0x3f800000);
  for (std::string_view text :
       {"0x", "0x.", "0xp1", "0x1p", "0x1p+", "0x1.2.3", "0x1q", "0x1p1.0"}) {
    CAPTURE(text);
    CHECK(Rejects(PERDURE_F64, text));
  }
}

TEST_CASE("junk is no float") {
  for (std::string_view text : {"", "-", ".", "e5", "1e", "1e+", "1.2.3", "1f", "--1", "-+1", " 1",
                                "1 ", "infinity", "INF", "NaN", "one"}) {
    CAPTURE(text);
    CHECK(Rejects(PERDURE_F32, text));
    CHECK(Rejects(PERDURE_F64, text));
  }
}

TEST_CASE("every bit pattern of a float reads back from what it prints") {
  std::mt19937_64 random(20240607);
  for (int i = 0; i < 100000; ++i) {
    uint64_t bits = random();
    uint64_t back64 = 0;
    REQUIRE(ParseFloat64(FormatFloat64(bits), &back64) == FloatError::kNone);
    REQUIRE(back64 == bits);
    auto low = static_cast<uint32_t>(bits);
    uint32_t back32 = 0;
    REQUIRE(ParseFloat32(FormatFloat32(low), &back32) == FloatError::kNone);
    REQUIRE(back32 == low);
  }
}

TEST_CASE("hex and decimal floats agree with the C library") {
  std::mt19937_64 random(7);
  for (int i = 0; i < 50000; ++i) {
    char text[80];
    auto significand = static_cast<unsigned long long>(random());
    int exponent = static_cast<int>(random() % 2300) - 1200;
    std::snprintf(text, sizeof text, "0x%llx.%llxp%d", significand,
                  static_cast<unsigned long long>(random()), exponent);
    CAPTURE(text);
    uint64_t bits = 0;
    FloatError error = ParseFloat64(text, &bits);
    double expected = std::strtod(text, nullptr);
    if (expected == HUGE_VAL) {
      REQUIRE(error == FloatError::kRange);
    } else {
      REQUIRE(error == FloatError::kNone);
      REQUIRE(bits == std::bit_cast<uint64_t>(expected));
    }
    uint32_t bits32 = 0;
    error = ParseFloat32(text, &bits32);
    float expected32 = std::strtof(text, nullptr);
    if (expected32 == HUGE_VALF) {
      REQUIRE(error == FloatError::kRange);
    } else {
      REQUIRE(error == FloatError::kNone);
      REQUIRE(bits32 == std::bit_cast<uint32_t>(expected32));
    }
  }
}

TEST_CASE("a v128 is its 128-bit number in hex, lane 0 last") {
  perdure_value value;
  uint32_t function_index;
  REQUIRE(
      ParseValue(PERDURE_V128, "0x0F0e0d0c0b0a09080706050403020100", &value, &function_index).ok());
  for (int i = 0; i < 16; ++i) CHECK(value.v128[i] == i);
  CHECK(FormatValue(PERDURE_V128, value, 0) == "0f0e0d0c0b0a09080706050403020100");
  for (std::string_view text :
       {"", "0x", "00", "0f0e0d0c0b0a0908070605040302010", "0f0e0d0c0b0a090807060504030201000",
        "0f0e0d0c0b0a0908070605040302010g", "-f0e0d0c0b0a09080706050403020100"}) {
    CAPTURE(text);
    CHECK(Rejects(PERDURE_V128, text));
  }
}

TEST_CASE("references are null or a function's index") {
  CHECK(RoundTrip(PERDURE_FUNCREF, "null") == "null");
  CHECK(RoundTrip(PERDURE_FUNCREF, "func:0") == "func:0");
  CHECK(RoundTrip(PERDURE_FUNCREF, "func:4294967294") == "func:4294967294");
  CHECK(RoundTrip(PERDURE_EXTERNREF, "null") == "null");
  CHECK(Rejects(PERDURE_FUNCREF, "func:4294967295"));
  CHECK(Rejects(PERDURE_FUNCREF, "func:99999999999999999999"));
  CHECK(Rejects(PERDURE_FUNCREF, "func:"));
  CHECK(Rejects(PERDURE_FUNCREF, "func:-1"));
  CHECK(Rejects(PERDURE_FUNCREF, "0"));
  CHECK(Rejects(PERDURE_EXTERNREF, "func:0"));
  CHECK(Rejects(PERDURE_EXTERNREF, ""));
  CHECK(Rejects(0x00, "null"));
}

TEST_CASE("signatures read as in the text format's folded types") {
  const uint8_t params[] = {PERDURE_I32, PERDURE_I64};
  const uint8_t results[] = {PERDURE_F32, PERDURE_V128};
  CHECK(SignatureText({2, 1, params, results, nullptr}) == "(i32, i64) -> f32");
  CHECK(SignatureText({1, 2, params, results, nullptr}) == "(i32) -> (f32, v128)");
  CHECK(SignatureText({0, 0, nullptr, nullptr, nullptr}) == "() -> ()");
}

TEST_CASE("a call's text is canonical") {
  const uint8_t types[] = {PERDURE_I32, PERDURE_FUNCREF, PERDURE_F64};
  perdure_value args[3] = {};
  args[0].i32 = 0xffffffff;
  args[2].f64 = 2.5;
  const uint32_t functions[] = {PERDURE_NO_INDEX, 7, PERDURE_NO_INDEX};
  CHECK(CallText("set", types, args, functions) == "set(-1, func:7, 2.5)");
  CHECK(CallText("get", {}, {}, {}) == "get()");
  CHECK(CallText("set", std::span(types, 1), std::span(args, 1), {}) == "set(-1)");
  CHECK(CallText("a b", {}, {}, {}) == "\"a b\"()");
  CHECK(CallText("a(\n\"", {}, {}, {}) == "\"a(\\n\\\"\"()");
  CHECK(CallText("", {}, {}, {}) == "\"\"()");
  CHECK(CallText("gr\xc3\xb6\xc3\x9f"
                 "e",
                 {}, {}, {}) ==
        "gr\xc3\xb6\xc3\x9f"
        "e()");
}

TEST_CASE("a quoted argument is bounded and printable") {
  CHECK(QuoteText("abc") == "'abc'");
  CHECK(QuoteText("a\x1b[2J\n") == "'a\\u001b[2J\\n'");
  CHECK(QuoteText(std::string(64, 'x')) == "'" + std::string(64, 'x') + "'");
  CHECK(QuoteText(std::string(65, 'x')) == "'" + std::string(64, 'x') + "...'");
  std::string umlauts;
  for (int i = 0; i < 40; ++i) umlauts += "\xc3\xb6";
  CHECK(QuoteText("x" + umlauts) == "'x" + umlauts.substr(0, 62) + "...'");
}

}  // namespace
}  // namespace perdure
