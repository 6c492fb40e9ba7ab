#include "compiler/diag/printable.h"

#include <catch2/catch.hpp>
#include <string>

namespace perdure {
namespace {

TEST_CASE("printable text stays as it is") {
  CHECK(Printable("plain 'quoted' \\ text") == "plain 'quoted' \\ text");
  CHECK(Printable("na\xc3\xafve \xe2\x98\x83 \xf0\x9f\x92\xbe") ==
        "na\xc3\xafve \xe2\x98\x83 \xf0\x9f\x92\xbe");
}

TEST_CASE("control characters of both sets are escaped") {
  CHECK(Printable("a\nb\tc") == "a\\nb\\tc");
  CHECK(Printable(std::string("\0\x1b[31m\x7f", 7)) == "\\u{00}\\u{1b}[31m\\u{7f}");
  CHECK(Printable("\xc2\x9b"
                  "31m") == "\\u{9b}31m");
}

TEST_CASE("bytes that are not UTF-8 are escaped one by one") {
  CHECK(Printable("\xff") == "\\xff");
  CHECK(Printable("\xc3") == "\\xc3");
  CHECK(Printable("\xe2\x98") == "\\xe2\\x98");
  CHECK(Printable("\xc0\xaf") == "\\xc0\\xaf");
  CHECK(Printable("\x80 ok") == "\\x80 ok");
}

TEST_CASE("a long name is cut between characters") {
  CHECK(Quote("short") == "'short'");
  const std::string exact(kQuotedBytesMax, 'x');
  CHECK(Quote(exact) == "'" + exact + "'");
  CHECK(Quote(exact + "y") == "'" + exact + "...'");
  CHECK(QuotePath("/" + exact + "\n") == "'/" + exact + "\\n'");
  std::string snowmen;
  while (snowmen.size() <= kQuotedBytesMax) snowmen += "\xe2\x98\x83";
  const std::string quoted = Quote("x" + snowmen);
  CHECK(quoted.find("\\x") == std::string::npos);
  CHECK(quoted.size() <= kQuotedBytesMax + 5);
}

}  // namespace
}  // namespace perdure
