#include "compiler/link/link.h"

#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/link/link_fixture.h"

namespace perdure {
namespace {

using test::MustLink;

const std::string kHeap = R"((module
  (memory (export "memory") 1 9)
  (table (export "table") 3 funcref)
  (global (export "top") (mut i32) (i32.const 64))
  (global (export "page") i32 (i32.const 4096))
  (tag (export "full") (param i32))
  (func (export "alloc") (param i32) (result i32) (global.get 0))
  (func $private)))";

const std::string kList = R"((module
  (import "heap" "memory" (memory 1))
  (import "heap" "table" (table 2 funcref))
  (import "heap" "top" (global (mut i32)))
  (import "heap" "page" (global $page i32))
  (import "heap" "full" (tag (param i32)))
  (import "heap" "alloc" (func $alloc (param i32) (result i32)))
  (global $size i32 (global.get $page))
  (global (export "length") (mut i32) (i32.const 0))
  (data (offset (global.get $page)) "list")
  (elem (i32.const 0) func $alloc)
  (export "alloc" (func $alloc))
  (export "memory" (memory 0))
  (func (export "push") (param i32) (drop (call $alloc (i32.const 8))))))";

std::vector<std::string> Names(const Module& module) {
  std::vector<std::string> names;
  for (const Memory& memory : module.memories) names.push_back("memory " + memory.name);
  for (const Table& table : module.tables) names.push_back("table " + table.name);
  for (const Global& global : module.globals) names.push_back("global " + global.name);
  for (const Function& function : module.functions) names.push_back("function " + function.name);
  return names;
}

std::vector<std::string> Exports(const Module& module) {
  std::vector<std::string> names;
  for (const Export& item : module.exports) names.push_back(item.name);
  return names;
}

TEST_CASE("what modules share is there once, all else for each (L1)") {
  const test::Linking linking = MustLink({{"heap", kHeap}, {"list", kList}});
  CHECK(Names(linking.module()) ==
        std::vector<std::string>{"memory heap.memory", "table heap.table", "global heap.top",
                                 "global heap.page", "global list.size", "global list.length",
                                 "function heap.alloc", "function heap.private",
                                 "function list.push"});
  CHECK(linking.module().imports.empty());
  CHECK(linking.module().tags.size() == 1);
}

TEST_CASE("a re-export leads to the item itself (L1)") {
  const std::string user = R"((module
    (import "list" "memory" (memory 1))
    (import "list" "alloc" (func $alloc (param i32) (result i32)))
    (import "list" "push" (func $push (param i32)))
    (func (export "run") (call $push (call $alloc (i32.const 1))))))";
  const test::Linking linking = MustLink({{"heap", kHeap}, {"list", kList}, {"user", user}});
  CHECK(linking.module().memories.size() == 1);
  CHECK(linking.module().functions.size() == 4);
  const LinkedImport& alloc = linking.linked->imports.at(7);
  CHECK(alloc.importer == "user");
  CHECK(alloc.field == "alloc");
  CHECK(linking.module().functions.at(alloc.index).name == "heap.alloc");
}

TEST_CASE("segments stay active until code has run, then the start function places them (L2)") {
  const std::string starts = R"((module
    (import "heap" "memory" (memory 1))
    (import "heap" "table" (table 1 funcref))
    (elem (i32.const 0) func $go)
    (data (i32.const 0) "before")
    (start $go)
    (func $go)))";
  const test::Linking none = MustLink({{"heap", kHeap}, {"list", kList}});
  CHECK_FALSE(none.module().start.has_value());
  CHECK(none.module().data.at(0).mode == SegmentMode::kActive);
  const test::Linking before = MustLink({{"heap", kHeap}, {"starts", starts}, {"list", kList}});
  REQUIRE(before.module().start.has_value());
  CHECK(before.module().data.at(0).mode == SegmentMode::kActive);
  CHECK(before.module().elems.at(0).mode == SegmentMode::kActive);
  CHECK(before.module().data.at(1).mode == SegmentMode::kPassive);
  CHECK(before.module().elems.at(1).mode == SegmentMode::kPassive);
  const test::Linking after = MustLink({{"heap", kHeap}, {"list", kList}, {"starts", starts}});
  CHECK(after.module().data.at(1).mode == SegmentMode::kActive);
}

TEST_CASE("_initialize of a module that is not the main one is called unless somebody imports it") {
  const std::string library = R"((module (func (export "_initialize")) (func (export "f"))))";
  const std::string silent = R"((module (import "lib" "f" (func)) (func (export "g"))
                                         (func (export "_initialize"))))";
  const std::string caller = R"((module (import "lib" "_initialize" (func)) (func (export "g"))))";
  CHECK(MustLink({{"lib", library}, {"main", silent}}).module().start.has_value());
  CHECK_FALSE(MustLink({{"lib", library}, {"main", caller}}).module().start.has_value());
  CHECK_FALSE(MustLink({{"lib", kHeap}, {"main", library}}).module().start.has_value());
}

TEST_CASE("the same inputs give the same bytes, other ones another hash (L4)") {
  const auto hash = [](const test::Texts& texts) {
    const test::Linking linking = MustLink(texts);
    const auto& bytes = linking.module().hash;
    return std::vector<uint8_t>(std::begin(bytes), std::end(bytes));
  };
  const std::string a = R"((module (memory 1) (func (export "a"))))";
  const std::string b = R"((module (global (mut i32) (i32.const 1)) (func (export "b"))))";
  const std::string c = R"((module (global (mut i32) (i32.const 2)) (func (export "b"))))";
  CHECK(hash({{"a", a}, {"b", b}}) == hash({{"a", a}, {"b", b}}));
  CHECK(hash({{"a", a}, {"b", b}}) != hash({{"a", a}, {"b", c}}));
  CHECK(hash({{"a", a}, {"b", b}}) != hash({{"b", b}, {"a", a}}));
}

TEST_CASE("the last module's exports are the program's (L5)") {
  const test::Linking linking = MustLink({{"heap", kHeap}, {"list", kList}});
  CHECK(Exports(linking.module()) == std::vector<std::string>{"length", "alloc", "memory", "push"});
}

TEST_CASE("what no module supplies stays an import, and comes first") {
  const std::string one = R"((module (import "env" "a" (func (param i32)))
    (func $f) (func (export "f") (call $f))))";
  const std::string two = R"((module (import "env" "b" (func (param i64)))
    (import "one" "f" (func $f)) (import "env" "a" (func (param i32)))
    (func (export "g") (call $f))))";
  const Module module = MustLink({{"one", one}, {"two", two}}).linked->module;
  REQUIRE(module.imports.size() == 3);
  CHECK(module.imports[1].field == "b");
  CHECK(module.imports[1].index == 1);
  CHECK(module.imports[2].field == "a");
  CHECK(module.functions.size() == 6);
}

TEST_CASE("a module that imports under its own name imports from the host") {
  const std::string text = R"((module (import "env" "f" (func)) (func (export "g"))))";
  CHECK(MustLink({{"heap", kHeap}, {"env", text}}).module().imports.size() == 1);
}

TEST_CASE("with several memories host imports are called in the name of a module (L6)") {
  const std::string import = R"((import "env" "f" (func $f (param i32) (result i64))))";
  const std::string one = "(module " + import + R"((memory 1) (export "f" (func $f)))";
  const std::string two = "(module " + import + R"((import "one" "f" (func $g (param i32)
      (result i64))) (memory 1) (memory (export "memory") 1)
      (func (export "h") (result i64) (drop (call $g (i32.const 1))) (call $f (i32.const 2)))))";
  const Module module = MustLink({{"one", one + ")"}, {"two", two}}).linked->module;
  REQUIRE(module.caller_global == 0u);
  CHECK(module.globals.at(0).is_mutable);
  REQUIRE(module.input_memories.size() == 2);
  CHECK(module.input_memories[0].memories == std::vector<uint32_t>{0});
  CHECK(module.input_memories[1].memories == std::vector<uint32_t>{1, 2});
  CHECK(module.input_memories[1].exported == 1);
  CHECK(module.functions.size() == 5);  // two imports, h, a wrapper each
  const Module single =
      MustLink({{"one", one + ")"}, {"two", R"((module (func (export "h"))))"}}).linked->module;
  CHECK_FALSE(single.caller_global.has_value());
}

TEST_CASE("places in the linked module are places in the files it was read from") {
  const test::Linking linking = MustLink({{"heap", kHeap}, {"list", kList}});
  const Module list = test::ReadText("list", kList);
  const Place push = linking.module().PlaceOf(linking.module().functions.at(2).offset);
  CHECK(push.file == "list.wat");
  CHECK(push.offset == list.functions.at(1).offset);
  const Place inside = linking.module().PlaceOf(linking.module().functions.at(2).offset + 2);
  CHECK(inside.file == "list.wat");
  const Place length = linking.module().PlaceOf(linking.module().exports.at(0).offset);
  CHECK(length.file == "list.wat");
  CHECK(length.offset == list.exports.at(0).offset);
  const Place top = linking.module().PlaceOf(linking.module().globals.at(0).offset);
  CHECK(top.file == "heap.wat");
}

}  // namespace
}  // namespace perdure
