#include "rtlib/entry/report.h"

#include <catch2/catch.hpp>

#include "rtlib/entry/help.h"
#include "rtlib/entry/info.h"
#include "tests/unit/entry/sample_program.h"

namespace perdure {
namespace {

TEST_CASE("one list of facts gives text and JSON") {
  Report report;
  report.Add("state", "a \"b\".db");
  report.Add("memory_bytes", uint64_t{65536});
  report.AddFlag("state_exists", true);
  CHECK(report.ToText() ==
        "state         a \"b\".db\n"
        "memory bytes  65536\n"
        "state exists  yes\n");
  CHECK(report.ToJson() ==
        "{\"state\": \"a \\\"b\\\".db\", \"memory_bytes\": 65536, \"state_exists\": true}\n");
  CHECK(Report().ToJson() == "{}\n");
}

TEST_CASE("people see times in a unit that suits them, programs see nanoseconds") {
  Report report;
  report.AddTime("fold_ns", 0);
  report.AddTime("commit_ns_p50", 999);
  report.AddTime("commit_ns_p99", 63'459);
  report.AddTime("track_ns", 4'000'000);
  report.AddTime("store_ns", 12'000'000'000);
  CHECK(report.ToText() ==
        "fold        0 ns\n"
        "commit p50  999 ns\n"
        "commit p99  63.4 us\n"
        "track       4.0 ms\n"
        "store       12.0 s\n");
  CHECK(report.ToJson() ==
        "{\"fold_ns\": 0, \"commit_ns_p50\": 999, \"commit_ns_p99\": 63459, "
        "\"track_ns\": 4000000, \"store_ns\": 12000000000}\n");
}

TEST_CASE("info says where the state would be when there is none") {
  StatePath state = {"/s/sample.db", "PERDURE_STATE", false};
  std::string json = InfoReport(test::kSampleProgram, state, std::nullopt).ToJson();
  CHECK(json ==
        "{\"program\": \"sample\", \"compiler\": \"0.0.0\", "
        "\"module_hash\": \"ab000000000000000000000000000000\", \"state\": \"/s/sample.db\", "
        "\"state_from\": \"PERDURE_STATE\", \"state_exists\": false}\n");
}

TEST_CASE("help lists every export with its types, every option, the state and the statuses") {
  Exports exports(test::kSampleProgram);
  std::string help = HelpText(exports, StatePath{"/nowhere/state.db", "HOME", true});
  CHECK(help.find("\n  set(i32) -> ()\n") != std::string::npos);
  CHECK(help.find("\n  pair() -> (i32, i64)\n") != std::string::npos);
  CHECK(help.find("_initialize") == std::string::npos);
  CHECK(help.find("\n  /nowhere/state.db (not created yet)\n") != std::string::npos);
  for (const OptionSpec& spec : RuntimeOptionSpecs()) {
    CHECK(help.find("--perdure-" + std::string(spec.name)) != std::string::npos);
    CHECK(help.find(spec.variable) != std::string::npos);
  }
  for (size_t begin = 0; begin < help.size();) {
    size_t end = help.find('\n', begin);
    CAPTURE(help.substr(begin, end - begin));
    CHECK(end - begin <= 85);
    begin = end + 1;
  }
}

TEST_CASE("help works where no state path can be found") {
  Exports exports(test::kSampleProgram);
  std::string help = HelpText(exports, Status(StatusCode::kNotFound, "nothing says where"));
  CHECK(help.find("\nState:\n  nothing says where\n") != std::string::npos);
}

}  // namespace
}  // namespace perdure
