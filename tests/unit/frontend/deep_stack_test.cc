#include "compiler/frontend/deep_stack.h"

#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "compiler/frontend/limits.h"
#include "compiler/frontend/module.h"
#include "compiler/frontend/trial_process.h"
#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

std::string Repeat(const std::string& text, size_t count) {
  std::string out;
  for (size_t i = 0; i < count; ++i) out += text;
  return out;
}

std::string FunctionWith(const std::string& body) {
  return "(module (func (export \"get\") (result i32) " + body + "))";
}

// What ReadModule says: empty when it succeeds.
std::string Outcome(const std::string& contents, uint32_t* nesting) {
  const test::ScratchFile file(contents);
  Diagnostics diagnostics;
  const std::optional<Module> module = ReadModule(file.path(), &diagnostics);
  CHECK(module.has_value() != diagnostics.has_errors());
  if (module) *nesting = module->nesting_max;
  return module ? "" : diagnostics.all().front().message;
}

std::string Leb(size_t value) {
  std::string out;
  do {
    const size_t rest = value >> 7;
    out += static_cast<char>((value & 0x7f) | (rest != 0 ? 0x80 : 0));
    value = rest;
  } while (value != 0);
  return out;
}

std::string Section(char id, const std::string& payload) {
  return id + Leb(payload.size()) + payload;
}

std::string BinaryNested(size_t blocks) {
  const std::string body = std::string("\0", 1) + Repeat(std::string("\x02\x40", 2), blocks) +
                           Repeat("\x0b", blocks) + std::string("\x41\x01\x0b", 3);
  return std::string("\0asm\1\0\0\0", 8) + Section(1, std::string("\1\x60\0\1\x7f", 5)) +
         Section(3, std::string("\1\0", 2)) + Section(7, std::string("\1\3get\0\0", 7)) +
         Section(10, "\1" + Leb(body.size()) + body);
}

TEST_CASE("nesting counts parentheses and plain blocks, and nothing in strings or comments") {
  CHECK(TextNesting("") == 0);
  CHECK(TextNesting("(module)") == 1);
  CHECK(TextNesting("(a (b) (c (d)))") == 3);
  CHECK(TextNesting("(f block loop if end end end)") == 4);
  CHECK(TextNesting("(f block end block end)") == 2);
  CHECK(TextNesting("(f (block (loop)))") == 3);
  CHECK(TextNesting("(f try delegate 0 block end)") == 2);
  CHECK(TextNesting("(a \"(((\\\"((\" ;; ((((\n (; (( (; ( ;) block ;) (b))") == 2);
  CHECK(TextNesting("(a $block $if block_type)") == 1);
  CHECK(TextNesting(")))(") == 1);
  CHECK(TextNesting("\"unfinished \\") == 0);
  CHECK(TextNesting("(; unfinished") == 0);
}

TEST_CASE("text nested 5,000 deep is read in each of its forms") {
  constexpr size_t kDeep = 5000;
  uint32_t nesting = 0;
  const std::string one = "(i32.const 1)";
  CHECK(
      Outcome(FunctionWith(Repeat("(block ", kDeep) + Repeat(")", kDeep) + one), &nesting).empty());
  CHECK(nesting == kDeep + 1);
  CHECK(Outcome(FunctionWith(Repeat("block ", kDeep) + Repeat("end ", kDeep) + one), &nesting)
            .empty());
  CHECK(nesting == kDeep + 1);
  CHECK(Outcome(FunctionWith(Repeat("(if (i32.const 1) (then ", kDeep) + Repeat("))", kDeep) + one),
                &nesting)
            .empty());
  CHECK(Outcome(FunctionWith(Repeat("(i32.eqz ", kDeep) + one + Repeat(")", kDeep)), &nesting)
            .empty());
  CHECK(nesting == 1);
}

TEST_CASE("text nested deeper than supported is refused before it is parsed") {
  uint32_t nesting = 0;
  const std::string folded = FunctionWith(Repeat("(block ", 50000) + Repeat(")", 50000));
  CHECK(Outcome(folded, &nesting) ==
        "nested 50002 deep, at most 20000 levels are supported in the text format");
  // Never closed, so also malformed: the depth is what counts.
  const std::string open = FunctionWith(Repeat("block ", 50000));
  CHECK(Outcome(open, &nesting).find("nested 50002 deep") == 0);
}

TEST_CASE("binary modules may be nested as deep as wasm2c translates") {
  uint32_t nesting = 0;
  CHECK(Outcome(BinaryNested(5000), &nesting).empty());
  CHECK(nesting == 5001);
  CHECK(Outcome(BinaryNested(kNestingMax - 1), &nesting).empty());
  CHECK(nesting == kNestingMax);
  CHECK(Outcome(BinaryNested(kNestingMax), &nesting) ==
        "blocks nested more than 16384 deep are not supported");
  CHECK(Outcome(BinaryNested(50000), &nesting) ==
        "blocks nested more than 16384 deep are not supported");
}

TEST_CASE("a trial tells work that ends from work that dies") {
  CHECK(SurvivesTrial([] {}));
  CHECK_FALSE(SurvivesTrial([] { abort(); }));
  CHECK_FALSE(SurvivesTrial([] { _exit(3); }));
}

TEST_CASE("a trial changes nothing in this process") {
  int touched = 0;
  CHECK(SurvivesTrial([&] { touched = 1; }));
  CHECK(touched == 0);
}

}  // namespace
}  // namespace perdure
