// Which loops need no poll of their own (loop_turns.h).
#include <catch2/catch.hpp>
#include <string>

#include "compiler/frontend/module.h"
#include "rtlib/base/text.h"
#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

// For each loop of a function with the i32 parameters 0 to 3 and that body: 'p' if it polls.
std::string Loops(const std::string& body) {
  const test::ScratchFile file(
      StrCat("(module (memory 1) (func $f) (func (param i32 i32 i32 i32)\n", body, "))"));
  INFO(body);
  Diagnostics diagnostics;
  const std::optional<Module> read = ReadModule(file.path(), &diagnostics);
  REQUIRE(read.has_value());
  const Module& module = *read;
  std::string loops;
  for (const OutlineItem& item : module.outline) {
    if (item.kind == OutlineKind::kLoop) loops += item.needs_no_poll ? '-' : 'p';
  }
  return loops;
}

constexpr const char* kStep = "(local.set 0 (i32.add (local.get 0) (i32.const 4)))";
constexpr const char* kLoad = "(drop (i32.load (local.get 0)))";
constexpr const char* kAgain = "(br_if 0 (local.get 1))";

std::string Loop(const std::string& body) { return StrCat("(loop ", body, ")"); }

TEST_CASE("T1: a loop without end polls, one that is none does not") {
  CHECK(Loops("(loop (br 0))") == "p");
  CHECK(Loops("(loop (br_if 0 (local.get 0)))") == "p");
  CHECK(Loops("(loop (nop))") == "-");
  CHECK(Loops("(block (loop (br 1)))") == "-");
}

TEST_CASE("T1: a walk through memory ends with it") {
  CHECK(Loops(Loop(StrCat(kLoad, kStep, kAgain))) == "-");
  CHECK(Loops(Loop(StrCat(kStep, kLoad, kAgain))) == "-");
  CHECK(Loops(Loop(StrCat(kStep, "(i32.store (local.get 0) (local.get 2))", kAgain))) == "-");
  CHECK(Loops(Loop(StrCat(kStep, "(i32.store8 offset=3 (local.get 0) (i32.const 0))", kAgain))) ==
        "-");
  // An index into something fixed.
  CHECK(Loops(Loop(StrCat(kStep, "(drop (i32.load (i32.add (local.get 2) (local.get 0))))",
                          kAgain))) == "-");
  CHECK(Loops(Loop(
            "(br_if 0 (i32.load8_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))))")) == "-");
}

TEST_CASE("T1: what is no walk in each turn polls") {
  CHECK(Loops(Loop(StrCat(kStep, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat(kLoad, kAgain))) == "p");
  // Another local; a step back as well; a step of nothing; one that may jump over the end.
  CHECK(Loops(Loop(StrCat(kStep, "(drop (i32.load (local.get 1)))", kAgain))) == "p");
  CHECK(Loops(Loop(StrCat(kStep, kLoad, kStep, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat(kStep, kLoad, "(local.set 0 (local.get 2))", kAgain))) == "p");
  CHECK(Loops(Loop(StrCat(kLoad, "(local.set 0 (i32.add (local.get 0) (i32.const 0)))", kAgain))) ==
        "p");
  CHECK(Loops(Loop(StrCat(kLoad, "(local.set 0 (i32.add (local.get 0) (i32.const 0x20000)))",
                          kAgain))) == "p");
  CHECK(Loops(Loop(StrCat(kStep, "(drop (i32.load (i32.add (local.get 2) (local.get 0))))",
                          "(local.set 2 (local.get 3))", kAgain))) == "p");
  // Not in each turn.
  CHECK(Loops(Loop(StrCat("(if (local.get 1) (then ", kStep, "))", kLoad, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat("(if (local.get 1) (then) (else ", kLoad, "))", kStep, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat("(block (br_if 0 (local.get 2)) ", kStep, ")", kLoad, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat(kAgain, kStep, kLoad, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat("(block (br_table 0 1 (local.get 2)))", kStep, kLoad, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat("(br 0) ", kStep, kLoad))) == "p");
  // What it does in a turn may take as long as it likes.
  CHECK(Loops(Loop(StrCat(kStep, kLoad, "(call $f)", kAgain))) == "p");
}

TEST_CASE("T1: a block that is only left with the loop is passed in each turn") {
  CHECK(Loops(StrCat("(block ", Loop(StrCat("(br_if 1 (local.get 3))", kStep, kLoad, kAgain)),
                     ")")) == "-");
  CHECK(Loops(Loop(StrCat("(block (br_if 0 (local.get 2)))", kStep, kLoad, kAgain))) == "-");
}

TEST_CASE("T1: a count ends") {
  const char* one_less = "(local.tee 0 (i32.sub (local.get 0) (i32.const 1)))";
  CHECK(Loops(StrCat("(loop (br_if 0 ", one_less, "))")) == "-");
  CHECK(Loops(StrCat("(loop (br_if 0 (i32.ne ", one_less, " (local.get 1))))")) == "-");
  CHECK(Loops(StrCat("(loop (br_if 0 (i32.ne (local.get 1) ", one_less, ")))")) == "-");
  CHECK(Loops(StrCat("(loop (drop ", one_less, ") (br_if 0 (i32.lt_s (local.get 0) ",
                     "(i32.const 9))))")) == "-");
}

TEST_CASE("T1: a count ends wherever it is tested in each turn") {
  const std::string less = "(local.set 0 (i32.sub (local.get 0) (i32.const 1)))";
  const auto leaves = [&](const std::string& condition) {
    return Loops(StrCat("(block (loop ", less, "(br_if 1 ", condition, ")", kAgain, "))"));
  };
  CHECK(leaves("(i32.eqz (local.get 0))") == "-");
  CHECK(leaves("(i32.eq (local.get 0) (local.get 2))") == "-");
  CHECK(leaves("(i32.le_s (local.get 0) (i32.const 0))") == "-");
  CHECK(leaves("(i32.eqz (i32.ne (local.get 0) (i32.const 7)))") == "-");
  // It may never be true.
  CHECK(leaves("(i32.lt_u (local.get 0) (i32.const 0))") == "p");
  CHECK(leaves("(i32.ne (local.get 0) (local.get 2))") == "p");
  CHECK(leaves("(i32.eqz (i32.eq (local.get 0) (i32.const 7)))") == "p");
  CHECK(leaves("(local.get 0)") == "p");
  // What follows the block that is left goes back without a test.
  const std::string block = StrCat("(br_if 0 (i32.eqz (local.get 0)))", less);
  CHECK(Loops(StrCat("(loop (block ", block, "(br 1)))")) == "-");
  CHECK(Loops(StrCat("(loop (block ", block, "(br 1)) (br 0))")) == "p");
  // The part of an `if` that goes back.
  CHECK(Loops(StrCat("(loop ", less, "(if (local.get 0) (then (br 1))))")) == "-");
  CHECK(Loops(StrCat("(loop ", less, "(if (local.get 0) (then) (else (br 1))))")) == "p");
  CHECK(Loops(StrCat("(loop ", less, "(if (local.get 0) (then (br 1))) (br 0))")) == "p");
}

TEST_CASE("T1: what every way back passes happens in each turn") {
  // Both are in a block that some branch leaves, but with it goes the loop.
  const std::string walk = StrCat("(block (br_if 0 (local.get 2)) ", kStep, kLoad, "(br 1))");
  CHECK(Loops(Loop(walk)) == "-");
  CHECK(Loops(Loop(StrCat(walk, kAgain))) == "p");
  CHECK(Loops(Loop(StrCat("(if (local.get 1) (then ", kStep, kLoad, "(br 1)))"))) == "-");
  CHECK(Loops(Loop(StrCat("(if (local.get 1) (then ", kStep, kLoad, "(br 1)) (else (br 1)))"))) ==
        "p");
  CHECK(Loops(Loop(StrCat("(br_if 0 (local.get 1)) (block ", kStep, kLoad, "(br 1))"))) == "p");
}

TEST_CASE("T1: a list ends") {
  const std::string next = "(local.set 0 (i32.load offset=4 (local.get 0)))";
  CHECK(Loops(StrCat("(loop ", next, "(br_if 0 (local.get 0)))")) == "-");
  CHECK(Loops("(loop (br_if 0 (local.tee 0 (i32.load (local.get 0)))))") == "-");
  CHECK(Loops("(loop (br_if 0 (local.tee 0 (i32.load (i32.add (i32.load (local.get 0)) "
              "(i32.const 8))))))") == "-");
  CHECK(Loops("(loop (br_if 0 (local.tee 0 (i32.load (local.tee 1 (local.get 0))))))") == "-");
  CHECK(Loops(StrCat("(block (loop ", next, "(br_if 1 (i32.eq (local.get 0) (local.get 3)))",
                     kAgain, "))")) == "-");
  // The next is given as a distance, or found in an array.
  CHECK(Loops("(loop (local.set 0 (i32.add (local.get 0) (i32.mul (local.tee 1 (i32.load offset=12 "
              "(local.get 0))) (i32.const 24)))) (br_if 0 (local.get 1)))") == "-");
  CHECK(Loops("(loop (br_if 0 (local.tee 0 (i32.load (i32.add (local.get 0) (i32.shl (i32.and "
              "(local.get 1) (i32.const 1)) (i32.const 2)))))))") == "-");
  // Nobody looks for its end; its beginning comes again; it is another's.
  CHECK(Loops(StrCat("(loop ", next, kAgain, ")")) == "p");
  CHECK(Loops(StrCat("(loop ", next, "(if (local.get 2) (then (local.set 0 (local.get 3))))",
                     "(br_if 0 (local.get 0)))")) == "p");
  CHECK(Loops(StrCat("(loop (if (local.get 1) (then ", next, ")) (br_if 0 (local.get 0)))")) ==
        "p");
  CHECK(Loops("(loop (br_if 0 (local.tee 0 (i32.load (local.get 1)))))") == "p");
  CHECK(Loops(StrCat("(loop ", next, "(call $f) (br_if 0 (local.get 0)))")) == "p");
}

TEST_CASE("T1: what may take long is not repeated without a poll") {
  CHECK(Loops(Loop(StrCat("(memory.fill (local.get 1) (local.get 2) (local.get 3))", kStep, kLoad,
                          kAgain))) == "p");
}

TEST_CASE("T1: what is no count polls") {
  const char* one_less = "(local.tee 0 (i32.sub (local.get 0) (i32.const 1)))";
  CHECK(Loops(StrCat("(loop (br_if 0 (i32.le_s ", one_less, " (local.get 1))))")) == "p");
  CHECK(Loops("(loop (br_if 0 (local.tee 0 (i32.sub (local.get 0) (i32.const 2)))))") == "p");
  CHECK(Loops(StrCat("(loop (br_if 0 (i32.ne ", one_less, " (local.get 1))) (br_if 0 ",
                     "(local.get 2)))")) == "p");
  CHECK(Loops(StrCat("(loop (local.set 1 (local.get 2)) (br_if 0 (i32.ne ", one_less,
                     " (local.get 1))))")) == "p");
  CHECK(Loops(StrCat("(loop (drop ", one_less, ") (br_if 0 (local.get 1)))")) == "p");
  CHECK(Loops(StrCat("(loop (if (local.get 3) (then (br_if 1 ", one_less, "))) (br 0))")) == "p");
}

TEST_CASE("T1: a loop that passes one that polls in each turn needs no poll") {
  const std::string spin = "(loop (br_if 0 (local.get 1)))";
  CHECK(Loops(Loop(StrCat(spin, kAgain))) == "-p");
  CHECK(Loops(Loop(StrCat(Loop(StrCat(spin, kAgain)), kAgain))) == "--p");
  CHECK(Loops(Loop(StrCat("(block ", spin, ")", kAgain))) == "-p");
  CHECK(Loops(Loop(StrCat("(if (local.get 2) (then ", spin, "))", kAgain))) == "pp");
  CHECK(Loops(Loop(StrCat("(br_if 0 (local.get 2))", spin, kAgain))) == "pp");
  CHECK(Loops(Loop(StrCat("(block (br_if 0 (local.get 2)) ", spin, ")", kAgain))) == "pp");
  // One that ends by itself is no poll.
  CHECK(Loops(Loop(StrCat(Loop(StrCat(kStep, kLoad, kAgain)), kAgain))) == "p-");
  // The middle loop may be left before the inner one begins.
  CHECK(Loops(Loop(StrCat("(block ", Loop(StrCat("(br_if 1 (local.get 2))", spin, kAgain)), ")",
                          kAgain))) == "p-p");
  // What cannot be reached is not passed.
  CHECK(Loops(Loop(StrCat("(br_if 0 (local.get 2)) (br 1) ", spin))) == "p-");
}

}  // namespace
}  // namespace perdure
