#include "compiler/cli/suggest.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("edit distance counts inserted, deleted, replaced and swapped letters") {
  REQUIRE(EditDistance("build", "build") == 0);
  REQUIRE(EditDistance("build", "biuld") == 1);
  REQUIRE(EditDistance("build", "bild") == 1);
  REQUIRE(EditDistance("build", "bunild") == 1);
  REQUIRE(EditDistance("build", "guild") == 1);
  REQUIRE(EditDistance("", "abc") == 3);
  REQUIRE(EditDistance("abc", "") == 3);
}

TEST_CASE("only a near word is suggested") {
  const std::vector<std::string> words = {"build", "inspect", "doctor"};
  REQUIRE(Nearest("biuld", words) == "build");
  REQUIRE(Nearest("inspekt", words) == "inspect");
  REQUIRE(Nearest("x", words).empty());
  REQUIRE(Nearest("zzzzzz", words).empty());
  REQUIRE(Nearest("", words).empty());
  REQUIRE(Nearest(std::string(100000, 'a'), words).empty());
}

}  // namespace perdure
