#include "compiler/driver/depfile.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("depfile paths are escaped as make reads them") {
  REQUIRE(DepfileEscape("a b") == "a\\ b");
  REQUIRE(DepfileEscape("cost$") == "cost$$");
  REQUIRE(DepfileEscape("c#") == "c\\#");
}

TEST_CASE("a depfile has a rule for the target and an empty one for each dependency") {
  REQUIRE(DepfileText("out", {"a", "b c"}) == "out: \\\n  a \\\n  b\\ c\n\na:\n\nb\\ c:\n");
}

}  // namespace perdure
