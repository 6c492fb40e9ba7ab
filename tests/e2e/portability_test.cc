// One state, many builds of the same module: optimisation levels and C compilers do not matter.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/oracle.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

std::vector<std::vector<std::string>> Builds() {
  std::vector<std::vector<std::string>> builds = {{"-O0"}, {"-O1"}, {"-O2"}, {"-O3"}};
  for (const char* cc : {"/usr/bin/gcc", "/usr/bin/clang-19", "/usr/bin/clang"}) {
    if (std::filesystem::exists(cc)) builds.push_back({"-O2", std::string("--cc=") + cc});
  }
  return builds;
}

// Runs events[i] by driver i in turn, all on one state; the answers must be those of one driver
// alone.
void CheckRelay(const std::string& module, const std::vector<std::string>& events) {
  std::vector<std::string> drivers;
  for (const auto& flags : Builds()) drivers.push_back(BuildDriver(module, {.flags = flags}));
  TempDir dir;
  std::string alone, relay, whole;
  for (const std::string& event : events) whole += event + "\ndump\n";
  alone = Drive(drivers[0], dir / "alone.db", whole);
  for (size_t i = 0; i < events.size(); ++i) {
    relay += Drive(drivers[i % drivers.size()], dir / "relay.db", events[i] + "\ndump\n");
  }
  REQUIRE(relay == alone);
}

}  // namespace

TEST_CASE("builds by different compilers and levels share one state: globals") {
  CheckRelay(Module("types.wat"), {"call set_i32 -5", "call set_f32 nan:0x200001",
                                   "call set_func func:1", "call get_func", "call set_f64 -nan:0x1",
                                   "call set_v128 0123456789abcdeffedcba9876543210", "call get_all",
                                   "call divide 1 0", "call get_v128"});
}

TEST_CASE("builds by different compilers and levels share one state: tables and memories") {
  CheckRelay(Module("tables.wat"),
             {"call set_hidden 2", "call grow 3", "call call 8 1", "call keep 2", "call drop",
              "call put_kept 1", "call call_other 1 9", "call init 0 0 1"});
  CheckRelay(Module("memories.wat"),
             {"call store 0 1", "call grow 2", "call store 131064 9", "call drop_first",
              "call sizes", "call init_first 0 0 1", "call load 131064"});
}

TEST_CASE("a state can be moved and copied as one file") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  counter.Expect({"set", "7"}, "");
  TempDir elsewhere;
  std::filesystem::copy_file(counter.state(), elsewhere / "copy.db");
  counter.Expect({"set", "8"}, "");
  ProgramOn copy(counter.program(), elsewhere / "copy.db");
  copy.Expect({"increment"}, "8\n");
  counter.Expect({"get"}, "8\n");
}

TEST_CASE("a static program runs where there is nothing else") {
#ifdef __SANITIZE_ADDRESS__
  PERDURE_SKIP("AddressSanitizer cannot be linked statically");
#endif
  if (!IsRoot()) PERDURE_SKIP("chroot needs root");
  TempDir dir(TempDir::Place::kExecutable);
  Finished built =
      RunCompiler({"build", Module("counter.wat"), "-o", dir / "counter", "-O1", "--static"});
  CAPTURE(built.Text());
  REQUIRE(built.status == 0);
  Finished run = Run({.argv = {"/usr/sbin/chroot", dir.path(), "/counter", "increment"},
                      .env = {{"PERDURE_STATE", "/state.db"}}});
  CAPTURE(run.Text());
  REQUIRE(run.status == 0);
  REQUIRE(run.out == "1\n");
}

TEST_CASE("a program needs the C library alone") {
  const char* cflags = std::getenv("CFLAGS");
  if (cflags != nullptr && std::string(cflags).find("-fsanitize") != std::string::npos) {
    PERDURE_SKIP("a sanitizer is a library, too");
  }
  if (!std::filesystem::exists("/usr/bin/readelf")) PERDURE_SKIP("no readelf");
  std::string program = BuildProgram(Module("counter.wat"));
  Finished dynamic = Run({.argv = {"/usr/bin/readelf", "-d", program}});
  for (const std::string& line : Lines(dynamic.out)) {
    if (line.find("(NEEDED)") == std::string::npos) continue;
    INFO(line);
    REQUIRE((line.find("libc.so") != std::string::npos ||
             line.find("libm.so") != std::string::npos ||
             line.find("ld-linux") != std::string::npos));
  }
}

}  // namespace perdure::test
