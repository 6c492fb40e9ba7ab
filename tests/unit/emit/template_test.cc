#include "compiler/emit/template.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("slots are replaced, everywhere they occur") {
  const Result<std::string> text = FillTemplate("@A@-@B@-@A@", {{"A", "1"}, {"B", "2"}});
  REQUIRE(text.ok());
  REQUIRE(*text == "1-2-1");
}

TEST_CASE("values are not searched for slots") {
  const Result<std::string> text = FillTemplate("@A@ @B@", {{"A", "@B@"}, {"B", "x"}});
  REQUIRE(*text == "@B@ x");
}

TEST_CASE("an at sign that is no slot stays") {
  const Result<std::string> text = FillTemplate("a@b.c @A@ @ @lower@ @", {{"A", "1"}});
  REQUIRE(*text == "a@b.c 1 @ @lower@ @");
}

TEST_CASE("a slot without a value is an error that names it") {
  const Result<std::string> text = FillTemplate("@A@", {});
  REQUIRE_FALSE(text.ok());
  REQUIRE(text.status().message().find("@A@") != std::string_view::npos);
}

TEST_CASE("a value without a slot is an error that names it") {
  const Result<std::string> text = FillTemplate("x", {{"LOST", "1"}});
  REQUIRE_FALSE(text.ok());
  REQUIRE(text.status().message().find("LOST") != std::string_view::npos);
}

TEST_CASE("the embedded templates are there") {
  for (const char* name :
       {"app.persist.c.in", "app.main.c.in", "program.hpp.in", "host.h.in", "sample.wat"}) {
    REQUIRE_FALSE(EmbeddedTemplate(name).empty());
  }
}

}  // namespace perdure
