// Modules whose data or functions are large enough for a treatment of their own:
// compiler/rewrite/data_blob.h and compiler/driver/shard_plan.h.
#include <unistd.h>

#include <catch2/catch.hpp>
#include <sstream>
#include <string>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

template <typename... Parts>
std::string Text(const Parts&... parts) {
  std::ostringstream out;
  (out << ... << parts);
  return out.str();
}

constexpr int kSegments = 300, kSegmentBytes = 300, kStride = 400, kFirst = 1000;

char Letter(int segment, int at) { return static_cast<char>('a' + (segment * 7 + at) % 26); }

std::string SegmentText(int segment) {
  std::string text;
  for (int at = 0; at < kSegmentBytes; ++at) text += Letter(segment, at);
  return text;
}

// 300 segments with gaps, one that writes over the end of the first, a passive one, an empty one.
std::string ModuleOfManySegments() {
  std::string text =
      "(module (memory (export \"memory\") 3)\n\n"
      "(func (export \"byte\") (param i32) (result i32) local.get 0 i32.load8_u)\n"
      "(func (export \"init\") (param i32 i32 i32)\n"
      "  local.get 0 local.get 1 local.get 2 memory.init $passive)\n"
      "(func (export \"init_again\") i32.const 0 i32.const 0 i32.const 1 memory.init 0)\n"
      "(func (export \"drop\") data.drop $passive)\n";
  for (int i = 0; i < kSegments; ++i) {
    text += Text("(data (i32.const ", kFirst + i * kStride, ") \"", SegmentText(i), "\")\n");
    if (i == 20) text += Text("(data (i32.const 160000) \"\")\n");
  }
  return Text(text, "(data (i32.const ", kFirst + kSegmentBytes - 2, ") \"XYZ\")\n",
              "(data $passive \"passive\"))\n");
}

void CheckSegments(const ProgramOn& program) {
  const auto expect = [&](int address, char byte) {
    program.Expect({"byte", std::to_string(address)}, Text(int{byte}, "\n"));
  };
  for (const int segment : {0, 1, 19, 20, 21, 22, kSegments - 1}) {
    const int begin = kFirst + segment * kStride;
    expect(begin - 1, 0);
    expect(begin, Letter(segment, 0));
    expect(begin + kSegmentBytes - 3, Letter(segment, kSegmentBytes - 3));
    if (segment == 0) {
      expect(begin + kSegmentBytes - 2, 'X');
      expect(begin + kSegmentBytes, 'Z');
      continue;
    }
    expect(begin + kSegmentBytes - 1, Letter(segment, kSegmentBytes - 1));
    expect(begin + kSegmentBytes, 0);
  }
  expect(160000, 0);
  program.Expect({"init", "170000", "1", "3"}, "");
  expect(170000, 'a');
  expect(170002, 's');
  program.Refused(134, {"init", "170000", "5", "3"}, {"out of bounds"});
  program.Refused(134, {"init_again"}, {"out of bounds"});
  program.Expect({"drop"}, "");
  program.Refused(134, {"init", "170000", "1", "3"}, {"out of bounds"});
}

// One function of 6,000 cases: more than 100 KB of code. The first case is the innermost block.
std::string ModuleOfOneGiant(int cases) {
  std::string text =
      "(module (memory 1)\n(func (export \"small\") (result i32) i32.const 7)\n"
      "(func (export \"case\") (param $n i32) (result i32) (local $sum i32)\n";
  for (int i = 0; i < cases; ++i) text += Text("(block $c", i, "\n");
  text += Text("local.get $n br_table ");
  for (int i = 0; i < cases; ++i) text += Text("$c", i, " ");
  for (int i = 0; i < cases; ++i) {
    text += Text(")\n(i32.store (i32.const ", i % 1000 * 4, ") (i32.const ", i,
                 "))\n(return (i32.add (i32.load (i32.const ", i % 1000 * 4, ")) (i32.const ",
                 i * 3, ")))");
  }
  return Text(text, " i32.const 0)\n)\n");
}

std::string WriteModule(const TempDir& dir, const std::string& name, const std::string& text) {
  std::string path = dir / name;
  WriteFile(path, text);
  return path;
}

}  // namespace

TEST_CASE("D1, D2: a program finds the bytes of its data segments where they belong") {
  const TempDir dir;
  const std::string module = WriteModule(dir, "segments.wat", ModuleOfManySegments());
  CheckSegments(ProgramOn(BuildProgram(module)));
  if (access("/usr/bin/gcc", X_OK) != 0) PERDURE_SKIP("no gcc");
  CheckSegments(ProgramOn(BuildProgram(module, {.flags = {"-O1", "--cc=gcc"}})));
}

TEST_CASE("a library has its data segments in it, and sources come with theirs") {
  const TempDir dir;
  const std::string module = WriteModule(dir, "segments.wat", ModuleOfManySegments());
  const std::string driver = BuildDriver(module);
  Command call;
  call.argv = {driver, dir / "state"};
  call.input = Text("call byte ", kFirst + kStride, "\nclose\n");
  Finished finished = Run(call);
  REQUIRE(finished.status == 0);
  RequireContains(finished.out, Text(int{Letter(1, 0)}));

  const std::string sources = dir / "sources";
  REQUIRE(RunCompiler({"build", module, "--emit=cpp", "-o", sources}).status == 0);
  for (const char* compiler : {"clang-19", "gcc"}) {
    if (access(Text("/usr/bin/", compiler).c_str(), X_OK) != 0) continue;
    // From another folder, as build systems do.
    Command compile;
    compile.argv = {Text("/usr/bin/", compiler), "-I" + sources, "-c",
                    sources + "/app.data.c",     "-o",           dir / "data.o"};
    compile.cwd = "/";
    finished = Run(compile);
    INFO(finished.err);
    REQUIRE(finished.status == 0);
  }
}

TEST_CASE("a function of a megabyte of C compiles and works") {
  const TempDir dir;
  constexpr int kCases = 6000;
  const ProgramOn program(BuildProgram(WriteModule(dir, "giant.wat", ModuleOfOneGiant(kCases))));
  program.Expect({"small"}, "7\n");
  for (const int number : {0, 1, 999, 1000, 5999}) {
    program.Expect({"case", std::to_string(number)}, Text((kCases - 1 - number) * 4, "\n"));
  }
}

}  // namespace perdure::test
