// What may not be linked, with both places named (L3).
#include <catch2/catch.hpp>

#include "tests/unit/link/link_fixture.h"

namespace perdure {
namespace {

// The message, and the first note or help, of linking `import` to `item`, without places.
std::string Error(const std::string& item, const std::string& import) {
  const test::Linking linking = test::Link(
      {{"a", "(module " + item + ")"}, {"b", "(module (import \"a\" \"x\" " + import + "))"}});
  if (linking.linked) return "linked";
  REQUIRE(linking.diagnostics.all().size() == 1);
  const Diagnostic& error = linking.diagnostics.all()[0];
  CHECK(error.file == "b.wat");
  CHECK(error.offset.has_value());
  REQUIRE(error.message.starts_with("unlinkable: the import 'a.x' "));
  return error.message.substr(29);
}

TEST_CASE("functions and tags link only with their own type") {
  const std::string function = R"((func (export "x") (param i32) (result i64) (i64.const 1)))";
  CHECK(Error(function, "(func (param i32) (result i64))") == "linked");
  CHECK(Error(function, "(func (param i32))") ==
        "wants a function of (i32) -> (), the export is one of (i32) -> i64 (incompatible import "
        "type)");
  CHECK(Error(R"((tag (export "x") (param i32)))", "(tag (param i32))") == "linked");
  CHECK(Error(R"((tag (export "x") (param i32)))", "(tag (param f32))") ==
        "wants a tag of (f32) -> (), the export is one of (i32) -> () (incompatible import type)");
}

TEST_CASE("globals link only with their own type and mutability") {
  const std::string constant = R"((global (export "x") i32 (i32.const 1)))";
  CHECK(Error(constant, "(global i32)") == "linked");
  CHECK(Error(constant, "(global i64)") ==
        "wants a global of constant i64, the export is one of constant i32 (incompatible import "
        "type)");
  CHECK(Error(constant, "(global (mut i32))") ==
        "wants a global of mutable i32, the export is one of constant i32 (incompatible import "
        "type)");
}

TEST_CASE("memories and tables link if they are large enough and cannot grow too far") {
  const std::string memory = R"((memory (export "x") 2 4))";
  CHECK(Error(memory, "(memory 1)") == "linked");
  CHECK(Error(memory, "(memory 2 4)") == "linked");
  CHECK(Error(memory, "(memory 2 5)") == "linked");
  CHECK(Error(memory, "(memory 3)") ==
        "wants a memory of 3 or more pages, the export is one of 2 to 4 pages (incompatible import "
        "type)");
  CHECK(Error(memory, "(memory 1 3)") ==
        "wants a memory of 1 to 3 pages, the export is one of 2 to 4 pages (incompatible import "
        "type)");
  CHECK(Error(memory, "(memory i64 1)") ==
        "wants a memory of 1 or more pages, 64-bit, the export is one of 2 to 4 pages "
        "(incompatible import type)");
  CHECK(Error(R"((memory (export "x") 2))", "(memory 1 9)") ==
        "wants a memory of 1 to 9 pages, the export is one of 2 or more pages (incompatible import "
        "type)");
  const std::string table = R"((table (export "x") 2 funcref))";
  CHECK(Error(table, "(table 2 funcref)") == "linked");
  CHECK(Error(table, "(table 2 externref)") ==
        "wants a table of 2 or more externrefs, the export is one of 2 or more funcrefs "
        "(incompatible import type)");
}

TEST_CASE("an export of another kind and one that is not there are named") {
  CHECK(Error(R"((memory (export "x") 1))", "(func)") ==
        "is a function, the export a memory (incompatible import type)");
  CHECK(Error(R"((memory (export "y") 1))", "(func)") ==
        "is unknown: 'a.wat' exports nothing of that name");
}

TEST_CASE("both places are named, and those of a re-export are those of the item") {
  const test::Linking linking =
      test::Link({{"a", R"((module (func $pad) (func (export "f"))))"},
                  {"b", R"((module (import "a" "f" (func $f)) (export "f" (func $f))))"},
                  {"c", R"((module (import "b" "f" (func (param i32)))))"}});
  REQUIRE(linking.diagnostics.all().size() == 1);
  const Diagnostic& error = linking.diagnostics.all()[0];
  CHECK(error.file == "c.wat");
  REQUIRE(error.notes.size() == 1);
  const Module a = test::ReadText("a", R"((module (func $pad) (func (export "f"))))");
  CHECK(error.notes[0] == "defined at " + PlaceText("a.wat", a.functions.at(1).offset));
}

TEST_CASE("modules bind to earlier ones only, so a circle cannot be linked") {
  const std::string a = R"((module (import "b" "f" (func)) (func (export "f"))))";
  const std::string b = R"((module (import "a" "f" (func)) (func (export "f"))))";
  const test::Linking linking = test::Link({{"a", a}, {"b", b}});
  REQUIRE(linking.diagnostics.all().size() == 1);
  const Diagnostic& error = linking.diagnostics.all()[0];
  CHECK(error.message ==
        "unlinkable: the import 'b.f' is from 'b.wat', which is instantiated later");
  CHECK(error.helps.at(0) ==
        "give 'b.wat' before 'a.wat'; modules that import from each other cannot be linked");
}

TEST_CASE("every import that does not fit is reported, and two modules of one name") {
  const std::string a = R"((module (func (export "f")) (func (export "g"))))";
  const std::string b = R"((module (import "a" "f" (memory 1)) (import "a" "h" (func))))";
  CHECK(test::Link({{"a", a}, {"b", b}}).diagnostics.all().size() == 2);
  const test::Linking twice = test::Link({{"a", a}, {"a", a}});
  REQUIRE(twice.diagnostics.all().size() == 1);
  CHECK(twice.diagnostics.all()[0].message == "two of the modules are called 'a'");
}

TEST_CASE("limits hold for all modules together") {
  const std::string fifty = [] {
    std::string text = "(module";
    for (int i = 0; i < 51; ++i) text += " (memory 1)";
    return text + ")";
  }();
  const test::Linking linking = test::Link({{"a", fifty}, {"b", fifty}});
  REQUIRE(linking.diagnostics.all().size() == 1);
  CHECK(linking.diagnostics.all()[0].message.find("too many memories: 102") != std::string::npos);
  CHECK_FALSE(linking.diagnostics.all()[0].offset.has_value());
}

}  // namespace
}  // namespace perdure
