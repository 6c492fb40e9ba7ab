#include "compiler/diag/color.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

namespace perdure {
namespace {

using Environment = std::map<std::string, std::string>;

bool Colors(ColorChoice choice, bool is_terminal, const Environment& environment) {
  return UseColor(choice, is_terminal, [&](const char* name) -> const char* {
    const auto found = environment.find(name);
    return found == environment.end() ? nullptr : found->second.c_str();
  });
}

TEST_CASE("colour follows the terminal when nobody says anything") {
  CHECK(Colors(ColorChoice::kAuto, true, {}));
  CHECK_FALSE(Colors(ColorChoice::kAuto, false, {}));
}

TEST_CASE("the flag beats every variable") {
  CHECK(Colors(ColorChoice::kAlways, false, {{"NO_COLOR", "1"}, {"TERM", "dumb"}}));
  CHECK_FALSE(Colors(ColorChoice::kNever, true, {{"CLICOLOR_FORCE", "1"}}));
}

TEST_CASE("NO_COLOR beats CLICOLOR_FORCE, and only counts when it is not empty") {
  CHECK_FALSE(Colors(ColorChoice::kAuto, true, {{"NO_COLOR", "1"}, {"CLICOLOR_FORCE", "1"}}));
  CHECK(Colors(ColorChoice::kAuto, true, {{"NO_COLOR", ""}}));
}

TEST_CASE("CLICOLOR_FORCE colours a file, unless it is 0 or empty") {
  CHECK(Colors(ColorChoice::kAuto, false, {{"CLICOLOR_FORCE", "1"}, {"TERM", "dumb"}}));
  CHECK_FALSE(Colors(ColorChoice::kAuto, false, {{"CLICOLOR_FORCE", "0"}}));
  CHECK_FALSE(Colors(ColorChoice::kAuto, false, {{"CLICOLOR_FORCE", ""}}));
}

TEST_CASE("a dumb terminal and CLICOLOR=0 are not coloured") {
  CHECK_FALSE(Colors(ColorChoice::kAuto, true, {{"TERM", "dumb"}}));
  CHECK_FALSE(Colors(ColorChoice::kAuto, true, {{"CLICOLOR", "0"}}));
  CHECK(Colors(ColorChoice::kAuto, true, {{"TERM", "xterm"}, {"CLICOLOR", "1"}}));
}

}  // namespace
}  // namespace perdure
