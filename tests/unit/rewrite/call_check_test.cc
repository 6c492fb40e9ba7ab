#include "compiler/rewrite/call_check.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

constexpr const char* kMacro =
    "#define CHECK_CALL_INDIRECT(table, ft, x)                \\\n"
    "  (LIKELY((x) < table.size && table.data[x].func &&      \\\n"
    "          func_types_eq(ft, table.data[x].func_type)) || \\\n"
    "   (perdure_check_call_indirect(&(table), (x), (ft)), 0))\n";

}  // namespace

TEST_CASE("C1: a call whose type is another pointer asks the runtime") {
  CHECK(*RewriteCallCheck(kMacro, Tricks()) ==
        "#define CHECK_CALL_INDIRECT(table, ft, x)                \\\n"
        "  (LIKELY((x) < table.size && table.data[x].func_type == (ft)) || \\\n"
        "   (perdure_check_call_indirect(&(table), (x), (ft)), 0))\n");
}

TEST_CASE("without the trick the test stays, and another test is refused") {
  CHECK(*RewriteCallCheck(kMacro, *TricksWithout("call-checks")) == kMacro);
  CHECK(RewriteCallCheck("", *TricksWithout("call-checks")).ok());
  CHECK_FALSE(RewriteCallCheck("", Tricks()).ok());
}

}  // namespace perdure
