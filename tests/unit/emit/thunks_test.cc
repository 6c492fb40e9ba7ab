#include "compiler/emit/thunks.h"

#include <catch2/catch.hpp>

namespace perdure {

TEST_CASE("only types of functions entered from outside get a thunk") {
  Module module;
  module.types.resize(4);
  module.functions.resize(4);
  for (uint32_t i = 0; i < 4; ++i) module.functions[i].type = i;
  module.exports = {{"a", ExternalKind::kFunc, 1, 0}};
  PersistPlan plan;
  plan.exported_functions = {0};
  REQUIRE(EnteredTypes(module, plan) == std::set<uint32_t>{1});
  module.start = 2;
  plan.initialize = 3;
  REQUIRE(EnteredTypes(module, plan) == std::set<uint32_t>{1, 2, 3});
}

TEST_CASE("a thunk passes every parameter and stores every result") {
  const std::string text =
      Thunk({{ValueType::kI32, ValueType::kV128}, {ValueType::kF64, ValueType::kV128}}, 7);
  for (const char* piece :
       {"call_type_7(", "memcpy(&v1, args[1].v128, 16)",
        "(void*, u32, v128))func)(instance, args[0].i32, v1)", "results[0].f64 = result.d0;",
        "memcpy(results[1].v128, &result.o1, 16)"}) {
    CAPTURE(text, piece);
    REQUIRE(text.find(piece) != std::string::npos);
  }
}

}  // namespace perdure
