#include "rtlib/state/outlet.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

using namespace std::string_literals;

Outlet Sample() {
  Outlet outlet;
  outlet.released_seq = 300;
  outlet.places[0] = {true, 1, 2, 3, 4};
  outlet.ahead = "out";
  return outlet;
}

TEST_CASE("outlets have the bytes of the format and read back") {
  const std::string encoded = EncodeOutlet(Sample());
  CHECK(encoded == "\xac\x02\x01\x01\x02\x03\x00\x00\x00\x00\x00\x00\x00\x04\x00\x03out"s);
  const Result<Outlet> decoded = DecodeOutlet(encoded);
  REQUIRE(decoded.ok());
  CHECK(*decoded == Sample());
}

TEST_CASE("outlets that were cut or have something behind them are corrupt") {
  const std::string encoded = EncodeOutlet(Sample());
  for (size_t i = 0; i < encoded.size(); ++i) {
    CHECK(DecodeOutlet(encoded.substr(0, i)).status().code() == StatusCode::kCorrupt);
  }
  CHECK(DecodeOutlet(encoded + "x").status().code() == StatusCode::kCorrupt);
  CHECK(DecodeOutlet("\x00\x02"s).status().code() == StatusCode::kCorrupt);
}

}  // namespace
}  // namespace perdure
