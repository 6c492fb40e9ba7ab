#include "compiler/wasm2c/c_types.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("result types follow wasm2c's naming") {
  REQUIRE(CResultType({{}, {}}) == "void");
  REQUIRE(CResultType({{}, {ValueType::kF32}}) == "f32");
  const FuncType several = {{},
                            {ValueType::kI32, ValueType::kI64, ValueType::kF32, ValueType::kF64,
                             ValueType::kV128, ValueType::kFuncref, ValueType::kExternref}};
  REQUIRE(CResultType(several) == "struct wasm_multi_ijfdore");
  REQUIRE(CResultField(several, 4) == "o4");
}

}  // namespace perdure
