// Instantiation in steps, for a test that plays the embedder.
#include <catch2/catch.hpp>

#include "tests/unit/link/link_fixture.h"

namespace perdure {
namespace {

std::vector<std::string> FunctionExports(const Module& module) {
  std::vector<std::string> names;
  for (const Export& item : module.exports) {
    if (item.kind == ExternalKind::kFunc) names.push_back(item.name);
  }
  return names;
}

const std::string kOwner = R"((module
  (memory (export "m") 1)
  (table (export "t") 1 funcref)
  (global (export "g") (mut i64) (i64.const 7))
  (func (export "grow") (drop (memory.grow (i32.const 1))))))";

TEST_CASE("staged, every segment and the start function is a step of its module") {
  const std::string user = R"((module
    (import "o" "m" (memory 2))
    (import "o" "t" (table 1 funcref))
    (elem (i32.const 0) func $f)
    (data (i32.const 0) "one") (data (i32.const 9) "two")
    (start $f)
    (func $f (export "f"))))";
  const test::Linking linking = test::MustLink({{"o", kOwner}, {"u", user}}, true);
  CHECK(linking.linked->steps == std::vector<uint32_t>{0, 5});
  CHECK_FALSE(linking.module().start.has_value());
  CHECK(FunctionExports(linking.module()) ==
        std::vector<std::string>{"o.g", "o.grow", "u:0", "u:1", "u:2", "u:3", "u:4", "u.f"});
  for (const DataSegment& segment : linking.module().data) {
    CHECK(segment.mode == SegmentMode::kPassive);
  }
  CHECK_FALSE(test::Link({{"o", kOwner}, {"u", user}}).linked.has_value());
}

TEST_CASE("staged, an exported global is a function that returns it") {
  const Module module = test::MustLink({{"o", kOwner}}, true).linked->module;
  const Export& getter = module.exports.at(2);
  CHECK(getter.name == "o.g");
  CHECK(getter.kind == ExternalKind::kFunc);
  CHECK(FuncTypeText(module.types[module.functions[getter.index].type]) == "() -> i64");
}

}  // namespace
}  // namespace perdure
