// Where the state is: flag > environment > build-time default > STATE_DIRECTORY > XDG_STATE_HOME >
// home.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

// Runs `counter increment` with this environment and a home of its own.
Finished Increment(const std::string& program, const TempDir& home,
                   std::map<std::string, std::string> environment,
                   std::vector<std::string> unset = {}) {
  environment.insert({"HOME", home.path()});
  for (const std::string& name : unset) environment.erase(name);
  return Run({.argv = {program, "increment"}, .env = environment, .unset = unset});
}

}  // namespace

TEST_CASE("the default state is under ~/.local/state in private folders") {
  std::string program = BuildProgram(Module("counter.wat"));
  TempDir home;
  Finished finished = Increment(program, home, {});
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "1\n");
  REQUIRE(fs::exists(home / ".local/state/counter/state.db"));
  REQUIRE((fs::status(home / ".local/state/counter").permissions() & fs::perms::others_all) ==
          fs::perms::none);
  REQUIRE(Increment(program, home, {}).out == "2\n");
}

TEST_CASE("XDG_STATE_HOME moves the default state and is ignored if relative") {
  std::string program = BuildProgram(Module("counter.wat"));
  TempDir home, xdg;
  REQUIRE(Increment(program, home, {{"XDG_STATE_HOME", xdg.path()}}).out == "1\n");
  REQUIRE(fs::exists(xdg / "counter/state.db"));
  REQUIRE(Increment(program, home, {{"XDG_STATE_HOME", "relative"}}).out == "1\n");
  REQUIRE(fs::exists(home / ".local/state/counter/state.db"));
}

TEST_CASE("STATE_DIRECTORY of a service manager wins over the home folder") {
  std::string program = BuildProgram(Module("counter.wat"));
  TempDir home, service;
  std::string list = service.path() + ":/somewhere/else";
  REQUIRE(Increment(program, home, {{"STATE_DIRECTORY", list}}).out == "1\n");
  REQUIRE(fs::exists(service / "counter.db"));
  REQUIRE_FALSE(fs::exists(home / ".local"));
}

TEST_CASE("a path given at build time is the default and the environment beats it") {
  TempDir dir, home;
  std::string output = dir / "counter";
  Finished built = RunCompiler(
      {"build", Module("counter.wat"), "-o", output, "-O0", "--state=" + (dir / "built-in.db")});
  CAPTURE(built.Text());
  REQUIRE(built.status == 0);
  REQUIRE(Increment(output, home, {{"STATE_DIRECTORY", home.path()}}).out == "1\n");
  REQUIRE(fs::exists(dir / "built-in.db"));
  REQUIRE(Increment(output, home, {{"PERDURE_STATE", dir / "chosen.db"}}).out == "1\n");
  REQUIRE(fs::exists(dir / "chosen.db"));
  REQUIRE(Increment(output, home, {}).out == "2\n");
}

TEST_CASE("without any home the program says what to set") {
  std::string program = BuildProgram(Module("counter.wat"));
  TempDir home;
  RequireRefusal(Increment(program, home, {}, {"HOME"}), 125, {"PERDURE_STATE"});
}

TEST_CASE("a relative state path is relative to the working directory") {
  std::string program = BuildProgram(Module("counter.wat"));
  TempDir dir;
  Finished finished =
      Run({.argv = {program, "--perdure-state=here.db", "increment"}, .cwd = dir.path()});
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "1\n");
  REQUIRE(fs::exists(dir / "here.db"));
}

}  // namespace perdure::test
