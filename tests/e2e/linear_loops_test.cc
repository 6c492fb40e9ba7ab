// linear_addresses.h: loops in either form do the same, wherever their addresses are.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/process.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

// Addresses at the ends of a memory of two pages, and around 2^32.
constexpr const char* kAddresses[] = {
    "0",      "4",      "8",  "64",    "4096",  "122000", "122872", "122880",      "122888",
    "131064", "131072", "-8", "-4096", "-4100", "-8192",  "-8200",  "-2147483648", "-16777216"};
constexpr const char* kTurns[] = {"1", "2", "3", "40", "700"};

// What every call ends with, and what the memory is then.
std::string AllCalls() {
  std::string calls = "fill\n";
  for (const char* loop : {"stencil", "from_below", "vectors"}) {
    for (const char* address : kAddresses) {
      for (const char* turns : kTurns) {
        calls += std::string(loop) + " " + address + " " + turns + "\ndigest\n";
      }
    }
  }
  return calls;
}

std::string ResultsOf(const std::string& cc, const std::string& without) {
  TempDir dir(TempDir::Place::kExecutable);
  const std::string program = dir / "loops";
  const Finished built =
      RunCompiler({"build", Module("linear_loops.wat"), "-q", "--cc=" + cc, "-o", program},
                  {.env = {{"PERDURE_WITHOUT", without}}, .timeout = std::chrono::minutes(5)});
  INFO(built.Text());
  REQUIRE(built.status == 0);
  const Finished run = Run({.argv = {program, "--perdure-durability=off", "-"},
                            .env = {{"PERDURE_STATE", program + ".db"}},
                            .input = AllCalls()});
  CHECK(run.err.find("out of bounds") != std::string::npos);
  return run.out + run.err;
}

void CheckSame(const std::string& cc) {
  const std::string expected = ResultsOf(cc, "all");
  CHECK(ResultsOf(cc, "") == expected);
  CHECK(ResultsOf(cc, "needed-loads") == expected);
}

}  // namespace

TEST_CASE("W1, W2: a loop traps or not, and leaves the same memory, whatever form it has") {
  CheckSame("clang-19");
}

TEST_CASE("W1, W2: a loop that gcc compiled does the same in every form") {
  if (access("/usr/bin/gcc", X_OK) != 0) PERDURE_SKIP("no gcc");
  CheckSame("gcc");
}

}  // namespace perdure::test
