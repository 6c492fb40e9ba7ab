#include <catch2/catch.hpp>

#include "compiler/driver/build.h"

namespace perdure {
namespace {

BuildOptions Defaults(const std::string& input, const std::string& output, EmitKind emit) {
  BuildOptions options;
  options.inputs = {input};
  options.output = output;
  options.emit = emit;
  return WithDefaults(options);
}

}  // namespace

TEST_CASE("an output's name comes from the module's, a program's from the output's") {
  REQUIRE(Defaults("x/counter.wasm", "", EmitKind::kExe).output == "counter");
  REQUIRE(Defaults("x/counter.wasm", "", EmitKind::kStaticLib).output == "libcounter.a");
  REQUIRE(Defaults("x/counter.wasm", "", EmitKind::kObject).output == "counter.o");
  REQUIRE(Defaults("x/counter.wasm", "", EmitKind::kCpp).output == "counter-cpp");
  REQUIRE(Defaults("a.wasm", "out/my.prog", EmitKind::kExe).name == "my.prog");
  REQUIRE(Defaults("a.wasm", "out/libkv.a", EmitKind::kStaticLib).name == "kv");
  REQUIRE(Defaults("a.wasm", "out/lib.a", EmitKind::kStaticLib).name == "lib");
  REQUIRE(Defaults("a.wasm", "out/kv.o", EmitKind::kObject).name == "kv");
  REQUIRE(Defaults("a.wasm", "", EmitKind::kExe).jobs >= 1);
}

}  // namespace perdure
