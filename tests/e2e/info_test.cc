// --perdure-info and --perdure-stats, for people and as JSON, and the views of the state file.
#include <catch2/catch.hpp>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

ProgramOn Counter() { return ProgramOn(BuildProgram(Module("counter.wat"))); }

nlohmann::json Parsed(const std::string& text) {
  nlohmann::json json = nlohmann::json::parse(text, nullptr, false);
  INFO(text);
  REQUIRE_FALSE(json.is_discarded());
  return json;
}

}  // namespace

TEST_CASE("option --perdure-info shows the state and does not create one") {
  ProgramOn counter = Counter();
  Finished finished = counter.Run({"--perdure-info"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  RequireContains(finished.out, counter.state());
  REQUIRE_FALSE(std::filesystem::exists(counter.state()));

  counter.Expect({"set", "5"}, "");
  finished = counter.Run({"--perdure-info"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  RequireContains(finished.out, counter.state());
  counter.Expect({"get"}, "5\n");
}

TEST_CASE("option --perdure-info --perdure-json is one JSON object") {
  ProgramOn counter = Counter();
  counter.Expect({"set", "5"}, "");
  counter.Expect({"set", "6"}, "");
  Finished finished = counter.Run({"--perdure-info", "--perdure-json"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  nlohmann::json info = Parsed(finished.out);
  REQUIRE(info["state"] == counter.state());
  REQUIRE(info["last_event"] == 3);  // start, set(5), set(6)
  REQUIRE(info["memory_bytes"] == 65536);
}

TEST_CASE("option --perdure-stats reports on standard error after the answers") {
  ProgramOn counter = Counter();
  Finished finished = counter.Run({"--perdure-stats", "increment"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  REQUIRE(finished.out == "1\n");
  REQUIRE_FALSE(finished.err.empty());

  finished = counter.Run({"--perdure-stats", "--perdure-json", "-"}, "increment\nincrement\nget\n");
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "2\n3\n3\n");
  nlohmann::json stats = Parsed(finished.err);
  REQUIRE(stats["events"] == 3);
  REQUIRE(stats["events_unchanged"] == 1);
  REQUIRE(stats["commits"] == 2);
  REQUIRE(stats["chunks_changed"] == 2);
}

TEST_CASE("option --perdure-stats says what a run cost, whatever kind of run it was") {
  const auto stats = [](const ProgramOn& program, std::vector<std::string> arguments,
                        const std::string& input, int status) {
    arguments.insert(arguments.begin(), {"--perdure-stats", "--perdure-json"});
    const Finished finished = program.Run(arguments, input);
    CAPTURE(finished.Text());
    REQUIRE(finished.status == status);
    // What the program itself says comes first.
    return Parsed(Lines(finished.err).back());
  };

  SECTION("lines of calls") {
    const nlohmann::json json = stats(Counter(), {"-"}, "increment\nset 7\nincrement\n", 0);
    REQUIRE(json["commits"] == 4);  // the start event is one
    REQUIRE(json["delta_bytes"] > 0);
    REQUIRE(json["bytes_written"] > json["delta_bytes"]);
    REQUIRE(json["chunks_dirty"] >= json["chunks_changed"]);
    REQUIRE(json["store_ns"] > 0);
    REQUIRE(json["commit_ns"] >= json["store_ns"]);
    REQUIRE(json["commit_ns_p99"] >= json["commit_ns_p50"]);
    REQUIRE(json["rollback_ns"] == 0);
    REQUIRE(json["restored_events"] == 0);
  }
  SECTION("a call that is rolled back, on a state that is restored") {
    const ProgramOn large(BuildProgram(Module("large.wat")));
    large.Expect({"grow_to", "16"}, "16\n");
    const nlohmann::json json = stats(large, {"fill_and_trap", "1", "5"}, "", 134);
    REQUIRE(json["events"] == 1);
    REQUIRE(json["events_trapped"] == 1);
    REQUIRE(json["chunks_rolled_back"] >= 5);
    REQUIRE(json["rollback_ns"] > 0);
    REQUIRE(json["restored_events"] == 2);
    REQUIRE(json["restore_ns"] > 0);
  }
  SECTION("a run of a command") {
    const ProgramOn command(BuildProgram(Module("command.wat")));
    const nlohmann::json json = stats(command, {}, "", 3);
    REQUIRE(json["events"] == 1);
    REQUIRE(json["commits"] == 1);
    REQUIRE(json["chunks_changed"] == 2);
  }
}

TEST_CASE("an event that changes nothing writes nothing") {
  ProgramOn counter = Counter();
  counter.Expect({"set", "5"}, "");
  const std::string before = ReadFile(counter.state());
  for (int i = 0; i < 3; ++i) counter.Expect({"get"}, "5\n");
  REQUIRE(ReadFile(counter.state()) == before);
}

TEST_CASE("the views of the state file can be read with the sqlite3 shell") {
  if (!std::filesystem::exists("/usr/bin/sqlite3")) PERDURE_SKIP("no sqlite3 shell");
  ProgramOn counter = Counter();
  counter.Expect({"set", "5"}, "");
  counter.Expect({"increment"}, "6\n");
  auto query = [&](const std::string& sql) {
    Finished finished = Run({.argv = {"/usr/bin/sqlite3", counter.state(), sql}});
    INFO(finished.Text());
    REQUIRE(finished.status == 0);
    REQUIRE(finished.err.empty());
    return finished.out;
  };
  REQUIRE(query("SELECT seq, kind, input, outcome, result FROM events ORDER BY seq;") ==
          "1|start|start|returned|\n2|call|set(5)|returned|\n3|call|increment()|returned|6\n");
  REQUIRE(query("SELECT name, type, value FROM globals;") == "calls|i64|2\n");
  REQUIRE(query("PRAGMA integrity_check;") == "ok\n");
  counter.Expect({"get"}, "6\n");
}

}  // namespace perdure::test
