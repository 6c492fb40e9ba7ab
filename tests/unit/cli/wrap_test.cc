#include <catch2/catch.hpp>

#include "compiler/cli/help_text.h"

namespace perdure {

TEST_CASE("lines are broken at words and indented") {
  REQUIRE(Wrap("aa bb cc", 0, 5) == "aa bb\ncc");
  REQUIRE(Wrap("aa bb cc", 2, 5) == "aa\n  bb\n  cc");
  REQUIRE(Wrap("averylongword b", 0, 5) == "averylongword\nb");
  REQUIRE(Wrap("", 4).empty());
}

TEST_CASE("no line of any help is wider than a terminal") {
  std::vector<std::string> texts = {ProgramHelp()};
  for (const VerbSpec& verb : Verbs()) texts.push_back(VerbHelp(verb));
  for (const std::string& text : texts) {
    for (size_t begin = 0; begin < text.size();) {
      const size_t end = text.find('\n', begin);
      CAPTURE(text.substr(begin, end - begin));
      REQUIRE(end - begin <= 80);
      begin = end + 1;
    }
  }
}

}  // namespace perdure
