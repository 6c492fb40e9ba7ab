#include "rtlib/base/bytes.h"

#include <catch2/catch.hpp>

#include <random>

namespace perdure {
namespace {

std::string Varint(uint64_t value) {
  std::string out;
  ByteWriter(&out).Varint(value);
  return out;
}

TEST_CASE("fixed integers are little endian and read back") {
  std::string out;
  ByteWriter writer(&out);
  writer.U8(0x01);
  writer.U16(0x0302);
  writer.U32(0x07060504);
  writer.U64(0x0f0e0d0c0b0a0908);
  writer.I64(-2);
  CHECK(out == std::string("\x01\x02\x03\x04\x05\x06\x07\x08\x09\x0a\x0b\x0c\x0d\x0e\x0f"
                           "\xfe\xff\xff\xff\xff\xff\xff\xff"));
  ByteReader reader(out);
  CHECK(reader.U8() == 0x01);
  CHECK(reader.U16() == 0x0302);
  CHECK(reader.U32() == 0x07060504);
  CHECK(reader.U64() == 0x0f0e0d0c0b0a0908);
  CHECK(reader.I64() == -2);
  CHECK((reader.ok() && reader.AtEnd()));
}

TEST_CASE("varints read back at every length and at the limits") {
  std::vector<uint64_t> values = {0,         1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX - 1,
                                  UINT64_MAX};
  for (int bit = 0; bit < 64; ++bit) values.push_back(uint64_t{1} << bit);
  for (const uint64_t value : values) {
    const std::string encoded = Varint(value);
    ByteReader reader(encoded);
    CHECK(reader.Varint() == value);
    CHECK((reader.ok() && reader.AtEnd()));
  }
}

TEST_CASE("a varint that is cut, too long, too large or not the shortest form fails the reader") {
  for (const std::string& bad :
       {std::string("\x80"), std::string(), std::string("\x80\x00", 2),
        std::string("\x81\x80\x00", 3), std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"),
        std::string("\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01"), std::string(12, '\x80')}) {
    ByteReader reader(bad);
    CHECK(reader.Varint() == 0);
    CHECK_FALSE(reader.ok());
  }
}

TEST_CASE("after a failure a reader stays failed and gives zeros") {
  ByteReader reader("abc");
  CHECK(reader.U32() == 0);
  CHECK_FALSE(reader.ok());
  CHECK(reader.U8() == 0);
  CHECK(reader.Varint() == 0);
  CHECK(reader.Bytes().empty());
  CHECK(reader.AtEnd());
}

TEST_CASE("a byte string longer than the input is refused, whatever its length says") {
  for (const uint64_t length : {uint64_t{4}, uint64_t{1} << 32, UINT64_MAX}) {
    const std::string input = Varint(length) + "abc";
    ByteReader reader(input);
    CHECK(reader.Bytes().empty());
    CHECK_FALSE(reader.ok());
  }
  std::string input = Varint(3) + "abc";
  ByteReader reader(input);
  CHECK(reader.Bytes() == "abc");
  CHECK((reader.ok() && reader.AtEnd()));
}

TEST_CASE("a reader of random bytes never leaves its input") {
  std::mt19937 random(1);
  for (int round = 0; round < 2000; ++round) {
    std::string input(random() % 40, '\0');
    for (char& byte : input) byte = static_cast<char>(random());
    const std::string copy = input;  // ASan watches the ends of this exact allocation
    ByteReader reader(copy);
    for (int step = 0; step < 20; ++step) {
      switch (random() % 5) {
        case 0:
          reader.U8();
          break;
        case 1:
          reader.U64();
          break;
        case 2:
          reader.Varint();
          break;
        case 3:
          reader.Bytes();
          break;
        default:
          reader.Raw(random());
          break;
      }
      REQUIRE(reader.position() <= copy.size());
    }
  }
}

}  // namespace
}  // namespace perdure
