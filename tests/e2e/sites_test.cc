// Every form of call that a run can be left in: tests/e2e/modules/sites.wat waits in each of them
// for a byte, is killed there, and goes on in another process, perhaps of another build.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

// One byte for each wait. What it gives was calculated by hand.
constexpr const char* kInput = "ABCDEFGHIJKLMNOPQRSTUVWX";
constexpr const char* kGolden =
    "70\n1066\n5\n1564\n144000001595\n8633\n11704\n13272\n82\n5000150083\n90\n265\n23\n";

std::vector<std::string> Builds() {
  std::vector<std::vector<std::string>> flags = {{"-O0"}, {"-O2"}, {"-O2", "--no-preempt"}};
  for (const char* gcc : {"/usr/bin/gcc"}) {
    if (!std::filesystem::exists(gcc)) continue;
    flags.push_back({"-O1", std::string("--cc=") + gcc});
    flags.push_back({"-O0", std::string("--cc=") + gcc});
  }
  std::vector<std::string> builds;
  for (const auto& build : flags) {
    builds.push_back(BuildProgram(Module("sites.wat"), {.flags = build}));
  }
  return builds;
}

// Gives each byte to another process. `frames_max`: the deepest call stack that was seen.
std::string InPieces(const std::vector<std::string>& programs, uint64_t* frames_max) {
  TempDir dir;
  std::string joined;
  size_t turn = 0;
  for (const char* byte = kInput; *byte != '\0'; ++byte) {
    const ProgramOn program(programs[turn++ % programs.size()], dir / "state.db");
    Process process(program.Line({}));
    REQUIRE(process.WaitUntilItWaits());
    REQUIRE(process.Write(std::string(1, *byte)));
    if (process.WaitUntilItWaits()) process.Signal(SIGKILL);
    const Finished finished = process.Wait();
    CAPTURE(program.program(), joined, *byte, finished.Text());
    joined += finished.out;
    REQUIRE(finished.err.empty());
    if (finished.signal == 0) {
      REQUIRE(finished.status == 0);
      REQUIRE(byte[1] == '\0');
      break;
    }
    const Finished info = program.Run({"--perdure-info", "--perdure-json"});
    *frames_max = std::max<uint64_t>(*frames_max, nlohmann::json::parse(info.out)["frames"]);
  }
  return joined;
}

}  // namespace

TEST_CASE("every form of call gives the same in one piece in every build") {
  for (const std::string& program : Builds()) {
    const Finished finished = ProgramOn(program).Run({}, kInput);
    CAPTURE(program, finished.Text());
    CHECK(finished.status == 0);
    CHECK(finished.out == kGolden);
  }
}

TEST_CASE("a run killed in every form of call goes on in the same build") {
  for (const std::string& program : Builds()) {
    CAPTURE(program);
    uint64_t frames_max = 0;
    CHECK(InPieces({program}, &frames_max) == kGolden);
    CHECK(frames_max > 100'000);
  }
}

TEST_CASE("a run killed in every form of call goes on in builds of other levels and compilers") {
  std::vector<std::string> builds = Builds();
  for (size_t i = 0; i < builds.size(); ++i) {  // each of them at each place
    uint64_t frames_max = 0;
    CHECK(InPieces(builds, &frames_max) == kGolden);
    std::rotate(builds.begin(), builds.begin() + 1, builds.end());
  }
}

}  // namespace perdure::test
