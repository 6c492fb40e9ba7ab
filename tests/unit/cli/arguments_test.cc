#include "compiler/cli/arguments.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

CommandLine Split(const std::vector<std::string>& args) {
  auto split = SplitCommandLine(args);
  if (auto* error = std::get_if<UsageError>(&split)) FAIL(error->message);
  return std::get<CommandLine>(std::move(split));
}

Arguments ParseBuild(const std::vector<std::string>& rest) {
  auto parsed = ParseVerb(*FindVerb("build"), rest);
  if (auto* error = std::get_if<UsageError>(&parsed)) FAIL(error->message);
  return std::get<Arguments>(std::move(parsed));
}

std::string BuildError(const std::vector<std::string>& rest) {
  auto parsed = ParseVerb(*FindVerb("build"), rest);
  REQUIRE(std::holds_alternative<UsageError>(parsed));
  return std::get<UsageError>(parsed).message;
}

}  // namespace

TEST_CASE("the line is cut at the verb") {
  const CommandLine line = Split({"-q", "--color", "never", "build", "-o", "x", "in.wasm"});
  REQUIRE(line.global.Has("quiet"));
  REQUIRE(line.global.Get("color") == "never");
  REQUIRE(line.verb->name == "build");
  REQUIRE(line.rest == std::vector<std::string>{"-o", "x", "in.wasm"});
  REQUIRE(Split({"--color=never", "inspect"}).verb->name == "inspect");
  REQUIRE(Split({}).verb == nullptr);
  REQUIRE(Split({"-h"}).global.Has("help"));
}

TEST_CASE("options take values in all the usual ways") {
  const Arguments a =
      ParseBuild({"in.wasm", "-o", "x", "-O3", "-j4", "--cc=gcc", "--name", "n", "-qv"});
  REQUIRE(a.positional() == std::vector<std::string>{"in.wasm"});
  REQUIRE(a.Get("output") == "x");
  REQUIRE(a.Get("optimize") == "3");
  REQUIRE(a.Get("jobs") == "4");
  REQUIRE(a.Get("cc") == "gcc");
  REQUIRE(a.Get("name") == "n");
  REQUIRE(a.Has("quiet"));
  REQUIRE(a.Has("verbose"));
  REQUIRE(a.Get("state", "none") == "none");
}

TEST_CASE("repeatable options keep every value, others the last") {
  const Arguments a = ParseBuild({"in.wasm", "--host=a", "--host=b", "-O1", "-O2"});
  REQUIRE(a.All("host") == std::vector<std::string>{"a", "b"});
  REQUIRE(a.Get("optimize") == "2");
}

TEST_CASE("after -- everything is an argument") {
  REQUIRE(ParseBuild({"--", "-in.wasm"}).positional() == std::vector<std::string>{"-in.wasm"});
}

TEST_CASE("abbreviations are not accepted") {
  REQUIRE(BuildError({"in.wasm", "--out=x"}).find("'--out'") != std::string::npos);
}

TEST_CASE("a mistyped option suggests the right one") {
  REQUIRE(BuildError({"in.wasm", "--ouput=x"}).find("did you mean '--output'?") !=
          std::string::npos);
}

TEST_CASE("the number of arguments is checked unless help is asked for") {
  REQUIRE(BuildError({}).find("input module") != std::string::npos);
  const std::vector<std::string> many(kInputsMax + 1, "a");
  REQUIRE(BuildError(many).find("unexpected argument 'a'") != std::string::npos);
  REQUIRE(ParseBuild({"--help"}).Has("help"));
}

TEST_CASE("every choice in the option table is accepted and nothing else") {
  for (const VerbSpec& verb : Verbs()) {
    for (const OptionSpec& option : verb.options) {
      if (option.choices.empty()) continue;
      std::vector<std::string> rest(verb.arguments_min, "x");
      rest.push_back("--" + std::string(option.name) + "=surprise");
      REQUIRE(std::holds_alternative<UsageError>(ParseVerb(verb, rest)));
      for (const std::string_view choice : option.choices) {
        rest.back() = "--" + std::string(option.name) + "=" + std::string(choice);
        REQUIRE(std::holds_alternative<Arguments>(ParseVerb(verb, rest)));
      }
    }
  }
}

}  // namespace perdure
