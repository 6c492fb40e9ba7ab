#include "rtlib/base/hash.h"

#include <catch2/catch.hpp>

#include <string>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

TEST_CASE("hashes are XXH3's published values") {
  CHECK(Hash64("") == 0x2d06800538d394c2);
  CHECK(Hash64("a") == 0xe6c632b61e964e1f);
  CHECK(Hash64("abc") == 0x78af5f94892f3950);
  CHECK(Hash64("abc", 1) != Hash64("abc"));
  const auto empty = Hash128("");
  CHECK(Hex({reinterpret_cast<const char*>(empty.data()), empty.size()}) ==
        "99aa06d3014798d86001c324468d497f");
}

TEST_CASE("hashing in pieces gives the hash of the whole") {
  std::string bytes;
  for (int i = 0; i < 5000; ++i) bytes.push_back(static_cast<char>(i * 7));
  for (const size_t piece : {1u, 63u, 64u, 1000u, 5000u}) {
    Hasher64 hasher64(42);
    Hasher128 hasher128;
    for (size_t at = 0; at < bytes.size(); at += piece) {
      hasher64.Update(std::string_view(bytes).substr(at, piece));
      hasher128.Update(std::string_view(bytes).substr(at, piece));
    }
    CHECK(hasher64.Digest() == Hash64(bytes, 42));
    CHECK(hasher128.Digest() == Hash128(bytes));
  }
}

}  // namespace
}  // namespace perdure
