// The standard library converts the same numbers, by other algorithms: they must agree.
#include "rtlib/state/decimal.h"

#include <bit>
#include <catch2/catch.hpp>
#include <charconv>
#include <cstdio>
#include <random>

#include "rtlib/state/float_text.h"

namespace perdure {
namespace {

template <typename Float>
std::string Printed(Float value) {
  char text[64];
  return std::string(text, std::to_chars(text, text + sizeof text, value).ptr);
}

void CheckPrints(double value) {
  REQUIRE(FormatFloat64(std::bit_cast<uint64_t>(value)) == Printed(value));
}
void CheckPrints(float value) {
  REQUIRE(FormatFloat32(std::bit_cast<uint32_t>(value)) == Printed(value));
}

template <typename Float, typename Bits>
void CheckReads(std::string_view text, FloatError (*parse)(std::string_view, Bits*)) {
  CAPTURE(text);
  Float expected = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), expected);
  Bits bits = 0;
  const FloatError error = parse(text, &bits);
  if (read.ec == std::errc()) {
    REQUIRE(error == FloatError::kNone);
    REQUIRE(bits == std::bit_cast<Bits>(expected));
  } else {
    REQUIRE((error == FloatError::kRange || bits == 0));
  }
}

}  // namespace

TEST_CASE("the shortest digits, at every exponent's ends") {
  for (uint64_t exponent = 0; exponent < 2047; ++exponent) {
    for (const uint64_t fraction :
         {0x0ull, 0x1ull, 0x2ull, 0x8000000000000ull, 0xfffffffffffffull}) {
      CheckPrints(std::bit_cast<double>(exponent << 52 | fraction));
    }
  }
  for (uint32_t exponent = 0; exponent < 255; ++exponent) {
    for (const uint32_t fraction : {0x0u, 0x1u, 0x2u, 0x400000u, 0x7fffffu}) {
      CheckPrints(std::bit_cast<float>(exponent << 23 | fraction));
    }
  }
}

TEST_CASE("the shortest digits of random numbers, whole ones, and fractions") {
  std::mt19937_64 random(3);
  for (int i = 0; i < 30000; ++i) {
    const uint64_t bits = random();
    const auto finite = std::bit_cast<double>(bits & ~(uint64_t{1} << 62));
    CheckPrints(finite);
    CheckPrints(std::bit_cast<float>(static_cast<uint32_t>(bits) & ~(uint32_t{1} << 30)));
    CheckPrints(static_cast<double>(random() >> bits % 64));
    CheckPrints(static_cast<double>(random() % 1000000) / static_cast<double>(bits % 1000 + 1));
  }
}

TEST_CASE("digits of any number and an exponent are read exactly") {
  std::mt19937_64 random(4);
  for (int i = 0; i < 30000; ++i) {
    char text[80];
    const auto high = static_cast<unsigned long long>(random() >> random() % 64);
    const auto low = static_cast<unsigned long long>(random());
    const int exponent = static_cast<int>(random() % 700) - 370;
    std::snprintf(text, sizeof text, "%llu.%llue%d", high, low, exponent);
    CheckReads<double>(text, ParseFloat64);
    CheckReads<float>(text, ParseFloat32);
  }
}

TEST_CASE("numbers half way between two are read exactly, however many digits say so") {
  std::mt19937_64 random(5);
  for (int i = 0; i < 300; ++i) {
    // A double's neighbour below in twice the precision, written out in full.
    const uint64_t bits = random() % (uint64_t{2046} << 52);
    const auto value = std::bit_cast<double>(bits), next = std::bit_cast<double>(bits + 1);
    char text[1200];
    const long double half = (static_cast<long double>(value) + next) / 2;
    std::snprintf(text, sizeof text, "%.1100Le", half);
    std::string halfway(text);
    CheckReads<double>(halfway, ParseFloat64);
    halfway.insert(halfway.find('e'), "1");  // beyond the digits that are kept
    uint64_t above = 0;
    REQUIRE(ParseFloat64(halfway, &above) == FloatError::kNone);
    REQUIRE(above == bits + 1);
  }
}

TEST_CASE("a number that no double is near has a sticky nothing or an exponent beyond all") {
  CHECK(ReadDecimal({"0000", 5}).significand == 0);
  CHECK_FALSE(ReadDecimal({"0000", 5}).sticky);
  CHECK(ReadDecimal({"1", -100000}).significand == 0);
  CHECK(ReadDecimal({"1", -100000}).sticky);
  CHECK(ReadDecimal({"1", 100000}).exponent > 1024);
}

}  // namespace perdure
