#include "rtlib/state/effects.h"

#include <catch2/catch.hpp>

#include "tests/unit/state/golden.h"

namespace perdure {
namespace {

std::vector<perdure_effect> Sample() {
  return {{1, "hello "}, {1, ""}, {1, "world\n"}, {2, "oops"}, {1, std::string(200, 'x')}, {2, ""}};
}

TEST_CASE("effects read back in order, neighbours of one descriptor joined") {
  const auto decoded = DecodeEffects(EncodeEffects(Sample()));
  REQUIRE(decoded.ok());
  REQUIRE(decoded->size() == 3);
  CHECK((*decoded)[0].fd == 1);
  CHECK((*decoded)[0].bytes == "hello world\n");
  CHECK((*decoded)[1].fd == 2);
  CHECK((*decoded)[1].bytes == "oops");
  CHECK((*decoded)[2].bytes == std::string(200, 'x'));
  CHECK(EncodeEffects({}).empty());
  CHECK(EncodeEffects({{1, ""}}).empty());
}

TEST_CASE("effects that were cut or changed are corrupt or other effects, never more") {
  const std::string encoded = EncodeEffects(Sample());
  CHECK(DecodeEffects(encoded.substr(0, encoded.size() - 1)).status().code() ==
        StatusCode::kCorrupt);
  CHECK(DecodeEffects("\x03\x01x").status().code() == StatusCode::kCorrupt);
  CHECK(DecodeEffects(std::string("\x01\x00", 2)).status().code() == StatusCode::kCorrupt);
  for (size_t bit = 0; bit < encoded.size() * 8; ++bit) {
    std::string bad = encoded;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    const auto decoded = DecodeEffects(bad);
    if (!decoded.ok()) continue;
    size_t bytes = 0;
    for (const perdure_effect& effect : *decoded) bytes += effect.bytes.size();
    REQUIRE(bytes < bad.size());
  }
}

TEST_CASE("the bytes of effects are those of the format") {
  test::CheckGolden("effects", EncodeEffects({{1, "out"}, {2, "err"}}));
}

}  // namespace
}  // namespace perdure
