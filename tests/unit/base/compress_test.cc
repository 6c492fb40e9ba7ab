#include "rtlib/base/compress.h"

#include <catch2/catch.hpp>

#include <random>

namespace perdure {
namespace {

std::string RandomBytes(size_t size, uint32_t seed) {
  std::mt19937 random(seed);
  std::string bytes(size, '\0');
  for (char& byte : bytes) byte = static_cast<char>(random());
  return bytes;
}

TEST_CASE("compressed blocks decompress to what they were made of") {
  for (const std::string& raw : {std::string(), std::string("a"), std::string(5000, 'x'),
                                 RandomBytes(4096, 1), RandomBytes(70000, 2)}) {
    std::string block = "prefix";
    const size_t size = Compress(raw, &block);
    CHECK(block.size() == 6 + size);
    std::string back(raw.size(), '?');
    CHECK(Decompress(std::string_view(block).substr(6), back.data(), back.size()));
    CHECK(back == raw);
  }
}

TEST_CASE("a block that gives another size than expected is refused") {
  std::string block;
  Compress(std::string(1000, 'x'), &block);
  std::string back(2000, '?');
  CHECK_FALSE(Decompress(block, back.data(), 999));
  CHECK_FALSE(Decompress(block, back.data(), 1001));
  CHECK_FALSE(Decompress(std::string_view(block).substr(1), back.data(), 1000));
  CHECK_FALSE(Decompress({}, back.data(), 1000));
  CHECK(Decompress(block, back.data(), 1000));
}

TEST_CASE("malformed blocks never write outside their buffer") {
  std::string block;
  Compress(RandomBytes(200, 3) + std::string(300, 'y') + RandomBytes(200, 4), &block);
  std::mt19937 random(5);
  for (int round = 0; round < 5000; ++round) {
    std::string bad = block;
    for (int flips = 1 + static_cast<int>(random() % 4); flips > 0; --flips) {
      bad[random() % bad.size()] = static_cast<char>(random());
    }
    std::string back(700, '?');
    back += "guard";
    (void)Decompress(bad, back.data(), 700);
    REQUIRE(back.substr(700) == "guard");
  }
}

}  // namespace
}  // namespace perdure
