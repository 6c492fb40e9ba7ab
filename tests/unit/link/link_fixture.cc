#include "tests/unit/link/link_fixture.h"

#include <catch2/catch.hpp>

#include "tests/unit/frontend/test_files.h"

namespace perdure::test {

Module ReadText(const std::string& name, const std::string& text) {
  const ScratchFile file(text);
  Diagnostics diagnostics;
  std::optional<Module> module = ReadModule(file.path(), &diagnostics);
  INFO(diagnostics.Format(false));
  REQUIRE(module.has_value());
  module->path = name + ".wat";
  return *std::move(module);
}

Linking Link(const Texts& texts, bool staged) {
  std::vector<Module> modules;
  for (const auto& [name, text] : texts) modules.push_back(ReadText(name, text));
  std::vector<LinkInput> inputs;
  for (size_t i = 0; i < modules.size(); ++i) inputs.push_back({&modules[i], texts[i].first});
  Linking linking;
  linking.linked = LinkModules(inputs, {staged}, &linking.diagnostics);
  CHECK(linking.linked.has_value() != linking.diagnostics.has_errors());
  return linking;
}

Linking MustLink(const Texts& texts, bool staged) {
  Linking linking = Link(texts, staged);
  INFO(linking.diagnostics.Format(false));
  REQUIRE(linking.linked.has_value());
  return linking;
}

const std::string& Padding() {
  static const std::string text = R"((module
    (type (func (param f64 f64 f64) (result i64)))
    (type (func (param f32 f32 f32) (result i64)))
    (import "env" "a" (func (param f64)))
    (import "env" "b" (func (param f32)))
    (memory 1) (memory 1)
    (table 2 funcref) (table 2 funcref)
    (global (mut i32) (i32.const 1)) (global (mut i64) (i64.const 1))
    (tag (param i32 f64)) (tag (param i32 f32))
    (elem funcref (ref.null func)) (elem func $f)
    (data "one") (data "two")
    (func $f) (func)
    (func (export "padding"))))";
  return text;
}

}  // namespace perdure::test
