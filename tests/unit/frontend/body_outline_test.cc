// Calls and loops of function bodies: their order, and which of them wasm2c leaves out.
#include "compiler/frontend/body_outline.h"

#include <catch2/catch.hpp>
#include <string>

#include "rtlib/base/text.h"
#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

// One word an item, "-" in front of the dead: "call:1 -loop".
std::string OutlineText(const Module& module, const Function& function) {
  std::string text;
  for (uint32_t i = function.outline_begin; i < function.outline_end; ++i) {
    const OutlineItem& item = module.outline[i];
    StrAppend(&text, text.empty() ? "" : " ", item.is_dead ? "-" : "");
    switch (item.kind) {
      case OutlineKind::kCall:
        StrAppend(&text, "call:", item.target);
        break;
      case OutlineKind::kCallIndirect:
        StrAppend(&text, "indirect:", item.target);
        break;
      case OutlineKind::kReturnCall:
        StrAppend(&text, "return_call:", item.target);
        break;
      case OutlineKind::kReturnCallIndirect:
        StrAppend(&text, "return_indirect:", item.target);
        break;
      case OutlineKind::kLoop:
        text += "loop";
        break;
    }
  }
  return text;
}

Module ReadText(std::string_view fields) {
  const test::ScratchFile file(StrCat("(module ", fields, ")"));
  Diagnostics diagnostics;
  std::optional<Module> module = ReadModule(file.path(), &diagnostics);
  INFO(diagnostics.Format(false));
  REQUIRE(module.has_value());
  return *std::move(module);
}

// Of function 1, whose body is `body`; function 0 and type 0 are () -> ().
std::string OutlineOf(std::string_view body) {
  const Module module = ReadText(
      StrCat("(type (func)) (table 1 funcref) (tag $e) (func) (func $f (export \"f\") (param i32) ",
             body, ")"));
  return OutlineText(module, module.functions[1]);
}

TEST_CASE("calls and loops are listed in the order of the bytecode") {
  CHECK(OutlineOf("") == "");
  CHECK(OutlineOf("call 0 loop call 0 (call_indirect (type 0) (i32.const 0)) end") ==
        "call:0 loop call:0 indirect:0");
}

TEST_CASE("what follows a branch in its block is dead, nested blocks included") {
  CHECK(OutlineOf("block br 0 call 0 loop call 0 end end call 0") ==
        "-call:0 -loop -call:0 call:0");
  CHECK(OutlineOf("return call 0") == "-call:0");
  CHECK(OutlineOf("unreachable call 0") == "-call:0");
  CHECK(OutlineOf("block (br_table 0 0 (local.get 0)) call 0 end call 0") == "-call:0 call:0");
  CHECK(OutlineOf("block (br_if 0 (local.get 0)) call 0 end") == "call:0");
  CHECK(OutlineOf("return_call 0 call 0") == "return_call:0 -call:0");
  CHECK(OutlineOf("(return_call_indirect (type 0) (i32.const 0)) call 0") ==
        "return_indirect:0 -call:0");
}

TEST_CASE("each part of an if and of a try is alive again") {
  CHECK(OutlineOf("local.get 0 if return call 0 else call 0 end call 0") ==
        "-call:0 call:0 call:0");
  CHECK(OutlineOf("try throw $e call 0 catch $e call 0 rethrow 0 call 0 catch_all call 0 end") ==
        "-call:0 call:0 -call:0 call:0");
  CHECK(OutlineOf("try return call 0 delegate 0 call 0") == "-call:0 call:0");
}

TEST_CASE("a loop is dead if it holds no instruction at all") {
  CHECK(OutlineOf("loop end loop nop end") == "-loop loop");
}

TEST_CASE("functions that a reference can name are marked") {
  const Module module = ReadText(
      "(table 1 funcref) (elem (i32.const 0) 0) (elem declare func 1) (func) (func) (func) "
      "(global funcref (ref.func 3)) (func (export \"f\") (drop (ref.func 1)))");
  CHECK(module.functions[0].is_referenced);
  CHECK(module.functions[1].is_referenced);
  CHECK_FALSE(module.functions[2].is_referenced);
  CHECK(module.functions[3].is_referenced);
}

TEST_CASE("locals are kept as runs of one type") {
  const Module module = ReadText("(func (export \"f\") (local i32 i32 i64) (local f32))");
  const Function& function = module.functions[0];
  REQUIRE(function.locals_end - function.locals_begin == 3);
  const LocalRun* runs = &module.locals[function.locals_begin];
  CHECK(runs[0].count == 2);
  CHECK(runs[0].type == ValueType::kI32);
  CHECK(runs[1].type == ValueType::kI64);
  CHECK(runs[2].count == 1);
  CHECK(runs[2].type == ValueType::kF32);
}

}  // namespace
}  // namespace perdure
