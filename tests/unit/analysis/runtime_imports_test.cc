#include "compiler/analysis/runtime_imports.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string_view>
#include <tuple>

namespace perdure {
namespace {

TEST_CASE("the runtime's imports are ordered and each is there once") {
  const auto imports = RuntimeImports();
  const auto in_order = [](const RuntimeImport& a, const RuntimeImport& b) {
    return std::tie(a.module, a.field) < std::tie(b.module, b.field);
  };
  CHECK(std::adjacent_find(imports.begin(), imports.end(), [&](const auto& a, const auto& b) {
          return !in_order(a, b);
        }) == imports.end());
}

TEST_CASE("the letters of a signature are the types of WASI and AssemblyScript") {
  for (const RuntimeImport& import : RuntimeImports()) {
    CHECK(import.params.find_first_not_of("iI") == std::string_view::npos);
    CHECK((import.results.empty() || import.results == "i"));
  }
  const RuntimeImport* seek = FindRuntimeImport("wasi_snapshot_preview1", "fd_seek");
  REQUIRE(seek != nullptr);
  CHECK(FuncTypeText(RuntimeImportType(*seek)) == "(i32, i64, i32, i32) -> i32");
  const RuntimeImport* abort = FindRuntimeImport("env", "abort");
  REQUIRE(abort != nullptr);
  CHECK(FuncTypeText(RuntimeImportType(*abort)) == "(i32, i32, i32, i32) -> ()");
}

TEST_CASE("what waits for a descriptor may block, what asks may not") {
  CHECK(FindRuntimeImport("wasi_snapshot_preview1", "fd_read")->may_block);
  CHECK(FindRuntimeImport("wasi_snapshot_preview1", "fd_write")->may_block);
  CHECK(FindRuntimeImport("wasi_snapshot_preview1", "sched_yield")->may_block);
  CHECK_FALSE(FindRuntimeImport("wasi_snapshot_preview1", "clock_time_get")->may_block);
  CHECK_FALSE(FindRuntimeImport("env", "abort")->may_block);
}

TEST_CASE("module and field both have to match") {
  CHECK(FindRuntimeImport("env", "fd_write") == nullptr);
  CHECK(FindRuntimeImport("wasi_unstable", "fd_write") == nullptr);
  CHECK(FindRuntimeImport("wasi_snapshot_preview1", "path_close") == nullptr);
}

}  // namespace
}  // namespace perdure
