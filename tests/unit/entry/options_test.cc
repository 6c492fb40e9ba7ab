#include "rtlib/entry/options.h"

#include <catch2/catch.hpp>
#include <map>
#include <string>

namespace perdure {
namespace {

using Variables = std::map<std::string, std::string>;

Result<CommandLine> Parse(const std::vector<std::string_view>& args,
                          const Variables& variables = {}) {
  return ParseCommandLine(args, [&](const char* name) {
    auto found = variables.find(name);
    return found == variables.end() ? nullptr : found->second.c_str();
  });
}

RuntimeOptions Accept(const std::vector<std::string_view>& args, const Variables& variables = {}) {
  std::vector<std::string_view> with_export = args;
  with_export.push_back("get");
  Result<CommandLine> line = Parse(with_export, variables);
  INFO(line.status().message());
  REQUIRE(line.ok());
  REQUIRE(line->action == Action::kCall);
  return line->options;
}

std::string Refuse(const std::vector<std::string_view>& args, const Variables& variables = {}) {
  Result<CommandLine> line = Parse(args, variables);
  REQUIRE_FALSE(line.ok());
  REQUIRE(line.status().code() == StatusCode::kInvalidArgument);
  return std::string(line.status().message());
}

TEST_CASE("everything from the export's name on belongs to the export") {
  Result<CommandLine> line = Parse({"--perdure-stats", "set", "-5", "--perdure-json", "--"});
  REQUIRE(line.ok());
  CHECK(line->action == Action::kCall);
  CHECK(line->words == std::vector<std::string_view>{"set", "-5", "--perdure-json", "--"});
  CHECK(line->options.stats);
  CHECK_FALSE(line->options.json);
}

TEST_CASE("the action follows from the words") {
  CHECK(Parse({})->action == Action::kUsage);
  CHECK(Parse({"--perdure-stats"})->action == Action::kUsage);
  CHECK(Parse({"--perdure-info"})->action == Action::kInfo);
  CHECK(Parse({"--perdure-info", "get"})->action == Action::kCall);
  CHECK(Parse({"--help"})->action == Action::kHelp);
  CHECK(Parse({"--version"})->action == Action::kVersion);
  CHECK(Parse({"--version", "--help"})->action == Action::kHelp);
  CHECK(Parse({"--help", "get"})->action == Action::kHelp);
  CHECK(Parse({"get", "--help"})->action == Action::kCall);
  CHECK(Parse({"-"})->action == Action::kLines);
  CHECK(Refuse({"-", "get"}) ==
        "'-' reads calls from standard input and takes no arguments, but got 'get'");
}

TEST_CASE("two dashes end the options, so that any export can be named") {
  for (std::string_view name : {"--help", "-", "--perdure-info", "--", "get"}) {
    Result<CommandLine> line = Parse({"--perdure-stats", "--", name, "1"});
    REQUIRE(line.ok());
    CHECK(line->action == Action::kCall);
    CHECK(line->words == std::vector<std::string_view>{name, "1"});
  }
  CHECK(Parse({"--"})->action == Action::kUsage);
}

TEST_CASE("without options the defaults hold") {
  RuntimeOptions options = Accept({});
  CHECK(options.state_flag.empty());
  CHECK(options.state_environment.empty());
  CHECK(options.durability == Durability::kFull);
  CHECK(options.commit.kind == CommitPolicy::Kind::kEvent);
  CHECK(options.history_events == 500);
  CHECK(options.memory == MemoryUse::kNormal);
  CHECK_FALSE(options.fresh);
  CHECK_FALSE(options.info);
  CHECK_FALSE(options.json);
  CHECK_FALSE(options.stats);
  CHECK(options.environment.empty());
}

TEST_CASE("each option takes its documented values") {
  CHECK(Accept({"--perdure-state=a=b"}).state_flag == "a=b");
  CHECK(Accept({"--perdure-durability=normal"}).durability == Durability::kNormal);
  CHECK(Accept({"--perdure-durability=off"}).durability == Durability::kOff);
  CHECK(Accept({"--perdure-commit=every:1000000000"}).commit.value == 1000000000);
  CHECK(Accept({"--perdure-commit=every:8"}).commit.kind == CommitPolicy::Kind::kEvery);
  CHECK(Accept({"--perdure-commit=interval:20"}).commit.kind == CommitPolicy::Kind::kInterval);
  CHECK(Accept({"--perdure-commit=every:8", "--perdure-commit=event"}).commit.kind ==
        CommitPolicy::Kind::kEvent);
  CHECK(Accept({"--perdure-history=none"}).history_events == 0);
  CHECK(Accept({"--perdure-history=12"}).history_events == 12);
  CHECK(Accept({"--perdure-history=all"}).history_events == Options::kHistoryAll);
  CHECK(Accept({"--perdure-memory=low"}).memory == MemoryUse::kLow);
  CHECK(Accept({"--perdure-memory=low", "--perdure-memory=normal"}).memory == MemoryUse::kNormal);
  CHECK(Accept({"--perdure-fresh"}).fresh);
  CHECK_FALSE(Accept({"--perdure-fresh=0"}).fresh);
}

TEST_CASE("a bad value is refused with the option and what it accepts") {
  CHECK(Refuse({"--perdure-durability=fast", "get"}) ==
        "--perdure-durability: 'fast' is not full, normal or off");
  for (std::string_view value :
       {"--perdure-commit=every:0", "--perdure-commit=every:", "--perdure-commit=every:-1",
        "--perdure-commit=every:1x", "--perdure-commit=every:1000000001",
        "--perdure-commit=interval", "--perdure-commit=:5",
        "--perdure-commit=", "--perdure-commit=every:99999999999999999999"}) {
    CAPTURE(value);
    CHECK(Refuse({value, "get"}).find("is not event, every:N or interval:MS") != std::string::npos);
  }
  CHECK(Refuse({"--perdure-history=-1", "get"}) ==
        "--perdure-history: '-1' is not none, a number of events or all");
  CHECK(Refuse({"--perdure-memory=tiny", "get"}) ==
        "--perdure-memory: 'tiny' is not normal or low");
  CHECK(Refuse({"--perdure-fresh=yes", "get"}) == "--perdure-fresh: 'yes' is not 0 or 1");
  CHECK(Refuse({"--perdure-env=novalue", "get"}) == "--perdure-env: 'novalue' is not KEY=VALUE");
  CHECK(Refuse({"--perdure-env==v", "get"}) == "--perdure-env: '=v' is not KEY=VALUE");
  CHECK(Accept({"--perdure-input=logged"}).logs_input);
  CHECK_FALSE(Accept({"--perdure-input=direct"}, {{"PERDURE_INPUT", "logged"}}).logs_input);
  CHECK(Refuse({"--perdure-input=lost", "get"}) ==
        "--perdure-input: 'lost' is not direct or logged");
  CHECK(Refuse({"--perdure-state=", "get"}) == "--perdure-state: '' is not the path of a file");
  CHECK(Refuse({"--perdure-state", "x.db"}) ==
        "--perdure-state needs a value: --perdure-state=FILE");
}

TEST_CASE("an unknown option is refused, with the nearest known one") {
  CHECK(Refuse({"--perdure-stat", "get"}) ==
        "unknown option '--perdure-stat'; did you mean '--perdure-state'?");
  CHECK(Refuse({"--perdure-network=on", "get"}) ==
        "unknown option '--perdure-network' (--help lists the options; -- ends them)");
  CHECK(Refuse({"-5"}) == "unknown option '-5' (--help lists the options; -- ends them)");
  CHECK(Refuse({"--perdure"}) ==
        "unknown option '--perdure' (--help lists the options; -- ends them)");
  CHECK(Refuse({"--stats"}) == "unknown option '--stats' (--help lists the options; -- ends them)");
}

TEST_CASE("every option has a twin in the environment, and the flag wins") {
  CHECK(Accept({}, {{"PERDURE_DURABILITY", "off"}}).durability == Durability::kOff);
  CHECK(Accept({"--perdure-durability=full"}, {{"PERDURE_DURABILITY", "off"}}).durability ==
        Durability::kFull);
  CHECK(Accept({}, {{"PERDURE_COMMIT", "every:3"}}).commit.value == 3);
  CHECK(Accept({}, {{"PERDURE_HISTORY", "all"}}).history_events == Options::kHistoryAll);
  CHECK(Accept({}, {{"PERDURE_MEMORY", "low"}}).memory == MemoryUse::kLow);
  CHECK(Accept({}, {{"PERDURE_FRESH", "1"}}).fresh);
  CHECK_FALSE(Accept({"--perdure-fresh=0"}, {{"PERDURE_FRESH", "1"}}).fresh);
  CHECK(Accept({}, {{"PERDURE_STATS", "1"}}).stats);
  CHECK(Accept({}, {{"PERDURE_JSON", "1"}}).json);
  CHECK(Parse({}, {{"PERDURE_INFO", "1"}})->action == Action::kInfo);
  RuntimeOptions both = Accept({"--perdure-state=flag"}, {{"PERDURE_STATE", "variable"}});
  CHECK(both.state_flag == "flag");
  CHECK(both.state_environment == "variable");
  CHECK(Accept({}, {{"PERDURE_STATE", ""}}).state_environment.empty());
  CHECK(Refuse({"get"}, {{"PERDURE_HISTORY", "some"}}) ==
        "PERDURE_HISTORY: 'some' is not none, a number of events or all");
  for (const OptionSpec& spec : RuntimeOptionSpecs()) {
    std::string upper = "PERDURE_";
    for (char c : spec.name) upper += static_cast<char>(c - 'a' + 'A');
    CHECK(spec.variable == upper);
  }
}

TEST_CASE("a bad variable does not keep --help and --version from working") {
  Variables bad = {{"PERDURE_COMMIT", "junk"}};
  CHECK(Parse({"--help"}, bad)->action == Action::kHelp);
  CHECK(Parse({"--version"}, bad)->action == Action::kVersion);
  CHECK_FALSE(Parse({}, bad).ok());
}

TEST_CASE("the guest's environment holds each key once, the last value winning") {
  RuntimeOptions options =
      Accept({"--perdure-env=A=2", "--perdure-env=C=x=y", "--perdure-env=E=1\n2"},
             {{"PERDURE_ENV", "A=1\nB=\n\nAB=3\n"}});
  CHECK(options.environment == std::vector<std::string>{"B=", "AB=3", "A=2", "C=x=y", "E=1\n2"});
  CHECK(Refuse({"get"}, {{"PERDURE_ENV", "A=1\nB"}}) == "PERDURE_ENV: 'A=1\\nB' is not KEY=VALUE");
}

TEST_CASE("a directory has a name for the guest, each once, the last one winning") {
  const RuntimeOptions options =
      Accept({"--perdure-dir=/home/me::/data", "--perdure-dir=here", "--perdure-dir=a::b::c"},
             {{"PERDURE_DIR", "/tmp::/tmp\n/other::/data\n"}});
  REQUIRE(options.directories.size() == 4);
  CHECK(options.directories[0].guest_name == "/tmp");
  CHECK(options.directories[1].host_path == "/home/me");
  CHECK(options.directories[1].guest_name == "/data");
  CHECK(options.directories[2].host_path == "here");
  CHECK(options.directories[2].guest_name == "here");
  CHECK(options.directories[3].guest_name == "b::c");
  CHECK(Refuse({"--perdure-dir=::/data", "get"}) ==
        "--perdure-dir: '::/data' is not HOST::GUEST or DIRECTORY");
  CHECK(Refuse({"--perdure-dir=/data::", "get"}) ==
        "--perdure-dir: '/data::' is not HOST::GUEST or DIRECTORY");
}

}  // namespace
}  // namespace perdure
