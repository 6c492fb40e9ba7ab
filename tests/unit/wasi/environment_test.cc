#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

TEST_CASE("the only argument of a reactor is the program's name") {
  Host host;
  host.Begin();
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 1);
  CHECK(host.Get32(4) == 7);
  REQUIRE(PERDURE_WASI(args_get)(host.get(), 0, 100) == kSuccess);
  CHECK(host.Get32(0) == 100);
  CHECK(host.Text(100) == "sample");
}

TEST_CASE("a run has the arguments and variables it began with, in every process") {
  Host host;
  host.options.environment = {"A=1"};
  host.Begin();
  const std::string arguments[] = {"lua", "-i", ""};
  REQUIRE(BeginRun(host.get(), arguments).ok());
  host.Commit();
  host.options.environment = {"B=2"};
  host.Restart();
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 3);
  CHECK(host.Get32(4) == 8);
  REQUIRE(PERDURE_WASI(args_get)(host.get(), 0, 100) == kSuccess);
  CHECK(host.Text(host.Get32(4)) == "-i");
  REQUIRE(PERDURE_WASI(environ_get)(host.get(), 0, 100) == kSuccess);
  CHECK(host.Text(host.Get32(0)) == "A=1");
}

TEST_CASE("a run that begins with too much is refused") {
  Host host;
  host.Begin();
  const std::string arguments[] = {std::string(5 << 20, 'a')};
  CHECK(BeginRun(host.get(), arguments).code() == StatusCode::kInvalidArgument);
  CHECK(!host.table().record().run.has_value());
}

TEST_CASE("the environment is what was given, and nothing of the process's own") {
  Host host;
  host.Begin();
  REQUIRE(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 0);
  CHECK(host.Get32(4) == 0);
  host.options.environment = {"A=1", "LONG=two words"};
  REQUIRE(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 2);
  CHECK(host.Get32(4) == 19);
  REQUIRE(PERDURE_WASI(environ_get)(host.get(), 0, kMemoryBytes - 19) == kSuccess);
  CHECK(host.Text(host.Get32(0)) == "A=1");
  CHECK(host.Text(host.Get32(4)) == "LONG=two words");
}

TEST_CASE("strings that do not fit in memory are a fault") {
  Host host;
  host.options.environment = {"A=1", "B=2"};
  host.Begin();
  CHECK(PERDURE_WASI(environ_sizes_get)(host.get(), kBad - 3, 4) == kFault);
  CHECK(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 0xffffffff) == kFault);
  CHECK(PERDURE_WASI(environ_get)(host.get(), 0, kBad - 7) == kFault);
  CHECK(PERDURE_WASI(environ_get)(host.get(), kBad - 7, 0) == kFault);
  CHECK(PERDURE_WASI(environ_get)(host.get(), 0xfffffffc, 0xfffffffc) == kFault);
}

TEST_CASE("pointers are into the memory exported as \"memory\"") {
  Host host(2);
  host.Begin();
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(4, 0) == 7);
  const perdure_export exports[] = {{"memory", PERDURE_FUNC, 0}, {"memory", PERDURE_MEMORY, 1}};
  host.program().exports = exports;
  host.program().export_count = 2;
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 8) == kSuccess);
  CHECK(host.Get32(8, 0) == 0);
  CHECK(host.Get32(8, 1) == 7);
}

TEST_CASE("without a memory every pointer is a fault") {
  Host host(0);
  host.Begin();
  CHECK(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kFault);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0, 0) == kFault);
  CHECK(PERDURE_WASI(random_get)(host.get(), 0, 0) == kFault);
}

}  // namespace
}  // namespace perdure::wasi
