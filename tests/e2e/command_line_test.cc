// Help, version, the runtime options and their environment twins.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

ProgramOn Counter() { return ProgramOn(BuildProgram(Module("counter.wat"))); }

}  // namespace

TEST_CASE("a program's state outlives its process") {
  ProgramOn counter = Counter();
  counter.Expect({"set", "42"}, "");
  counter.Expect({"get"}, "42\n");
  counter.Expect({"increment"}, "43\n");
  counter.Expect({"calls"}, "2\n");
  std::filesystem::remove(counter.wal());  // closed cleanly: all is in one file
  counter.Expect({"get"}, "43\n");
}

TEST_CASE("option --help lists every export with its types and the runtime options") {
  ProgramOn types(BuildProgram(Module("types.wat")));
  Finished help = types.Run({"--help"});
  CAPTURE(help.Text());
  REQUIRE(help.status == 0);
  REQUIRE(help.err.empty());
  for (const char* word :
       {"set_i64", "(i64)", "get_all", "(i32, i64, f32, f64, v128)", "divide", "a name: with",
        "--perdure-state", "--perdure-durability", "--perdure-commit", "--perdure-history",
        "--perdure-fresh", "--perdure-info", "--perdure-stats", "125", "134"}) {
    INFO("looking for " << word);
    RequireContains(help.out, word);
  }
  RequireContains(help.out, types.state());
  REQUIRE_FALSE(std::filesystem::exists(types.state()));
}

TEST_CASE("option --version says which compiler built the program") {
  ProgramOn counter = Counter();
  Finished version = counter.Run({"--version"});
  CAPTURE(version.Text());
  REQUIRE(version.status == 0);
  RequireContains(version.out, "counter");
  REQUIRE_FALSE(std::filesystem::exists(counter.state()));
}

TEST_CASE("without arguments a program shows its usage and fails") {
  Finished finished = Counter().Run({});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 2);
  REQUIRE(finished.out.empty());
  RequireContains(finished.err, "increment");
}

TEST_CASE("a flag beats its environment twin") {
  ProgramOn counter = Counter();
  TempDir dir;
  counter.Expect({"set", "1"}, "");
  counter.Expect({"--perdure-state=" + (dir / "other.db"), "set", "2"}, "");
  counter.Expect({"get"}, "1\n");
  counter.Expect({"--perdure-state=" + (dir / "other.db"), "get"}, "2\n");
}

TEST_CASE("every durability commits every event for another process to see") {
  for (const char* durability : {"full", "normal", "off"}) {
    ProgramOn counter = Counter();
    counter.Expect({std::string("--perdure-durability=") + durability, "set", "9"}, "");
    Command line = counter.Line({"get"});
    line.env["PERDURE_DURABILITY"] = durability;
    REQUIRE(Run(line).out == "9\n");
  }
}

TEST_CASE("every commit policy has committed all events when the process ends") {
  for (const char* policy : {"event", "every:7", "every:100000", "interval:5"}) {
    INFO("policy " << policy);
    ProgramOn counter = Counter();
    std::string input;
    for (int i = 0; i < 50; ++i) input += "increment\n";
    Finished finished = counter.Run({std::string("--perdure-commit=") + policy, "-"}, input);
    CAPTURE(finished.Text());
    REQUIRE(finished.status == 0);
    REQUIRE(Lines(finished.out).size() == 50);
    Command line = counter.Line({"get"});
    line.env["PERDURE_COMMIT"] = policy;
    REQUIRE(Run(line).out == "50\n");
  }
}

TEST_CASE("every history window keeps the newest state") {
  for (const char* history : {"none", "0", "3", "all"}) {
    INFO("history " << history);
    ProgramOn counter = Counter();
    std::string input;
    for (int i = 0; i < 250; ++i) input += "increment\n";
    Finished finished = counter.Run({std::string("--perdure-history=") + history, "-"}, input);
    CAPTURE(finished.err);
    REQUIRE(finished.status == 0);
    REQUIRE(Lines(finished.out).back() == "250");
    counter.Expect({"calls"}, "250\n");
    Command line = counter.Line({"increment"});
    line.env["PERDURE_HISTORY"] = history;
    REQUIRE(Run(line).out == "251\n");
  }
}

TEST_CASE("option --perdure-fresh begins again and its twin does too") {
  ProgramOn counter = Counter();
  counter.Expect({"set", "42"}, "");
  counter.Expect({"--perdure-fresh", "get"}, "0\n");
  counter.Expect({"set", "43"}, "");
  Command line = counter.Line({"increment"});
  line.env["PERDURE_FRESH"] = "1";
  REQUIRE(Run(line).out == "1\n");
  counter.Expect({"get"}, "1\n");
}

TEST_CASE("option --perdure-fresh replaces a state that cannot be read only if it is a state") {
  ProgramOn counter = Counter();
  WriteFile(counter.state(), std::string(5000, 'x'));
  counter.Refused(125, {"--perdure-fresh", "get"}, {counter.state()});
  REQUIRE(ReadFile(counter.state()) == std::string(5000, 'x'));
}

}  // namespace perdure::test
