// Real programs, in one piece and in many: killed after every line of their input and started again
// on the same state, by one build and by several in turn. What they print in pieces is what they
// print in one.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

struct Case {
  std::string module;  // its path
  std::vector<std::string> arguments;
  std::string input, golden;
  int status = 0;
};

// Nothing if the machine does not have the collection of real modules.
std::optional<Case> FindCase(const std::string& name) {
  const std::string list = SharedModule("cases.json");
  if (list.empty()) return std::nullopt;
  const std::filesystem::path folder = std::filesystem::path(list).parent_path();
  const auto text = [&](const nlohmann::json& file) {
    return ReadFile(folder / file.get<std::string>());
  };
  for (const nlohmann::json& item : nlohmann::json::parse(ReadFile(list))) {
    if (item["name"] != name) continue;
    Case found = {folder / item["module"].get<std::string>(),
                  {},
                  text(item["stdin"]),
                  text(item["stdout"]),
                  item["rc"]};
    for (const std::string dir : item["dirs"]) {
      const size_t colon = dir.find(':');
      found.arguments.push_back("--perdure-dir=" + (folder / dir.substr(0, colon)).string() +
                                "::" + dir.substr(colon + 1));
    }
    for (const std::string argument : item["args"]) found.arguments.push_back(argument);
    return found;
  }
  return std::nullopt;
}

// The builds that take turns: levels and compilers, of those this machine has.
std::vector<std::string> Builds(const std::string& module) {
  std::vector<std::vector<std::string>> flags = {{"-O0"}, {"-O2"}};
  const char* const gcc = "/usr/bin/gcc";
  if (std::filesystem::exists(gcc)) flags.push_back({"-O1", std::string("--cc=") + gcc});
  if (LongForm()) {
    flags.push_back({"-O3"});
    flags.push_back({"-O2", "--no-preempt"});
    if (std::filesystem::exists(gcc)) flags.push_back({"-O0", std::string("--cc=") + gcc});
  }
  std::vector<std::string> builds;
  for (const auto& build : flags) builds.push_back(BuildProgram(module, {.flags = build}));
  return builds;
}

void CheckWhole(const Case& run, const std::string& program) {
  const Finished finished = ProgramOn(program).Run(run.arguments, run.input);
  CAPTURE(program, finished.Text());
  CHECK(finished.out == run.golden);
  CHECK(finished.status == run.status);
}

// One line of input for each process, which is killed when it waits for the next. Builds take
// turns.
void CheckInPieces(const Case& run, const std::vector<std::string>& programs) {
  TempDir dir;
  const std::string state = dir / "state.db";
  std::string joined, errors;
  size_t turn = 0;
  const auto next = [&] { return ProgramOn(programs[turn++ % programs.size()], state); };
  for (const std::string& line : Lines(run.input)) {
    Process process(next().Line(run.arguments));
    REQUIRE(process.WaitUntilItWaits());
    REQUIRE(process.Write(line + "\n"));
    if (process.WaitUntilItWaits()) process.Signal(SIGKILL);
    const Finished killed = process.Wait();
    CAPTURE(turn, line, joined, killed.Text());
    joined += killed.out;
    REQUIRE(killed.err.empty());
    if (killed.signal == 0) {  // it has had enough
      CHECK(killed.status == run.status);
      CHECK(joined == run.golden);
      return;
    }
  }
  const Finished last = next().Run(run.arguments, "");
  CAPTURE(last.Text());
  CHECK(joined + last.out == run.golden);
  CHECK(last.status == run.status);
}

void CheckProgram(const std::string& name) {
  const std::optional<Case> run = FindCase(name);
  if (!run) PERDURE_SKIP("../shared/modules/cases.json is not on this machine");
  const std::vector<std::string> builds = Builds(run->module);
  for (const std::string& build : builds) CheckWhole(*run, build);
  CheckInPieces(*run, {builds[1]});
  CheckInPieces(*run, builds);
}

}  // namespace

TEST_CASE("the list of cases is covered") {
  const std::string list = SharedModule("cases.json");
  if (list.empty()) PERDURE_SKIP("../shared/modules/cases.json is not on this machine");
  std::vector<std::string> names;
  for (const nlohmann::json& item : nlohmann::json::parse(ReadFile(list))) {
    names.push_back(item["name"]);
  }
  CHECK(names == std::vector<std::string>{"lua-eh", "adventure", "tinyscheme", "pforth",
                                          "cpp-words", "go-wordcount"});
}

TEST_CASE("in one piece and in many: Lua, its errors through wasm exceptions") {
  CheckProgram("lua-eh");
}
TEST_CASE("in one piece and in many: Colossal Cave") { CheckProgram("adventure"); }
TEST_CASE("in one piece and in many: TinyScheme, which reads files") { CheckProgram("tinyscheme"); }
TEST_CASE("in one piece and in many: pForth, its blocks 249 deep") { CheckProgram("pforth"); }
TEST_CASE("in one piece and in many: C++ with libc++") { CheckProgram("cpp-words"); }
// 2.4 MB: one build of it takes as long as all those of the others. PERDURE_LONG=1 makes more.
TEST_CASE("in one piece and in many: Go, its goroutines and collector") {
  const std::optional<Case> run = FindCase("go-wordcount");
  if (!run) PERDURE_SKIP("../shared/modules/cases.json is not on this machine");
  std::vector<std::string> builds = {BuildProgram(run->module, {.flags = {"-O0"}})};
  if (LongForm()) builds = Builds(run->module);
  for (const std::string& build : builds) CheckWhole(*run, build);
  CheckInPieces(*run, builds);
}

}  // namespace perdure::test
