// What a program is in its file: the budget of docs/guides/deploying.md.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/process.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

constexpr uint64_t kStaticBytesMax = 2'000'000;
constexpr uint64_t kDynamicBytesMax = 1'400'000;
// Assertions and what they print, in a runtime that is no release.
#ifdef NDEBUG
constexpr uint64_t kAssertionBytes = 0;
#else
constexpr uint64_t kAssertionBytes = 100'000;
#endif

// A sanitizer's, for example.
bool HasFlags() { return getenv("CFLAGS") != nullptr || getenv("PERDURE_CFLAGS") != nullptr; }

std::string Build(const TempDir& dir, const std::string& flag, const std::string& cflags = "") {
  const std::string program = dir / ("program" + flag + cflags);
  const Finished built =
      RunCompiler({"build", Module("command.wat"), "-q", flag, "-o", program},
                  {.env = {{"PERDURE_CFLAGS", cflags}}, .timeout = std::chrono::minutes(5)});
  INFO(built.Text());
  REQUIRE(built.status == 0);
  return program;
}

bool HasNames(const std::string& program) {
  const Finished names = Run({.argv = {"/usr/bin/env", "nm", program}});
  return names.out.find(" perdure_main\n") != std::string::npos;
}

}  // namespace

TEST_CASE("a small program is smaller than 2 MB with all it needs, and than 1.4 MB without libc") {
  if (HasFlags()) PERDURE_SKIP("flags from the environment");
  TempDir dir(TempDir::Place::kExecutable);
  CHECK(std::filesystem::file_size(Build(dir, "--static")) <= kStaticBytesMax + kAssertionBytes);
  CHECK(std::filesystem::file_size(Build(dir, "-O2")) <= kDynamicBytesMax + kAssertionBytes);
}

TEST_CASE("a program has names of functions if debug information was asked for, else none") {
  if (HasFlags()) PERDURE_SKIP("flags from the environment");
  TempDir dir(TempDir::Place::kExecutable);
  CHECK_FALSE(HasNames(Build(dir, "-O2")));
  CHECK(HasNames(Build(dir, "-O2", "-g")));
}

}  // namespace perdure::test
