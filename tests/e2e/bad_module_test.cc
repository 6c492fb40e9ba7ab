// Modules the compiler must refuse: exit status 1, the reason with its byte offset, and no output
// file.
#include <catch2/catch.hpp>
#include <filesystem>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

const std::string kHeader("\0asm\1\0\0\0", 8);

// Builds `bytes` under the name `file` and requires a refusal that has all of `words`.
void RefusesBytes(const std::string& file, const std::string& bytes,
                  const std::vector<std::string>& words) {
  TempDir dir;
  WriteFile(dir / file, bytes);
  Finished finished = RunCompiler({"build", dir / file, "-o", dir / "out"});
  INFO(finished.Text());
  REQUIRE(finished.signal == 0);
  REQUIRE(finished.status == 1);
  REQUIRE(finished.out.empty());
  RequireContains(finished.err, "error: ");
  for (const std::string& word : words) RequireContains(finished.err, word);
  REQUIRE_FALSE(fs::exists(dir / "out"));
}

std::string Body(std::string_view code) {
  // One function type () -> (), one function, exported as "f", with `code` as its body.
  std::string module = kHeader + std::string("\1\4\1\x60\0\0", 6) + std::string("\3\2\1\0", 4) +
                       std::string("\7\5\1\1f\0\0", 7);
  std::string body = std::string("\0", 1) + std::string(code) + "\x0b";
  std::string entry = std::string(1, static_cast<char>(body.size())) + body;
  std::string section = std::string("\1", 1) + entry;
  return module + "\x0a" + std::string(1, static_cast<char>(section.size())) + section;
}

}  // namespace

TEST_CASE("every bad module of the collection is refused with a reason") {
  size_t count = 0;
  for (const fs::directory_entry& entry :
       fs::directory_iterator(RepositoryFile("tests/modules/bad"))) {
    const std::string name = entry.path().filename().string();
    if (name == "export_control.wat") continue;  // builds, with warnings
    TempDir dir;
    Finished finished = RunCompiler({"build", entry.path().string(), "-o", dir / "out", "-O0"});
    INFO(finished.Text());
    REQUIRE(finished.status == 1);
    RequireContains(finished.err, name + ":");
    RequireContains(finished.err, "error: ");
    REQUIRE_FALSE(fs::exists(dir / "out"));
    ++count;
  }
  REQUIRE(count >= 10);
}

TEST_CASE("a file that is not wasm is refused") {
  RefusesBytes("app.wasm",
               "\x7f"
               "ELF is something else",
               {"app.wasm", "not a WebAssembly"});
  RefusesBytes("app.wasm", "", {"app.wasm"});
  RefusesBytes("app.wat", "(module (func)", {"app.wat"});
}

TEST_CASE("a missing input is named") {
  TempDir dir;
  Finished finished = RunCompiler({"build", dir / "missing.wasm", "-o", dir / "out"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 1);
  RequireContains(finished.err, "missing.wasm");
}

TEST_CASE("a truncated module is refused at every length") {
  TempDir dir;
  Finished kept = RunCompiler({"build", Module("counter.wat"), "-o", dir / "c", "--emit=cpp"});
  CAPTURE(kept.Text());
  const std::string whole = Body("\x01\x01");
  // The first 8 bytes alone are a valid module; it exports nothing, which is refused as well.
  for (size_t length = 0; length < whole.size(); length += LongForm() ? 1 : 3) {
    INFO("length " << length);
    RefusesBytes("cut.wasm", whole.substr(0, length), {"cut.wasm"});
  }
  RefusesBytes("cut.wasm", whole.substr(0, whole.size() - 1), {"cut.wasm:0x0000"});
}

TEST_CASE("an invalid module is refused with the offset of the mistake") {
  RefusesBytes("bad.wasm", Body("\x6a\x1a"), {"bad.wasm:0x0000"});  // i32.add of nothing
  RefusesBytes("bad.wasm", Body("\xff"), {"bad.wasm:0x0000"});
}

TEST_CASE("an unsupported proposal is named with its offset") {
  // A struct type of the GC proposal.
  RefusesBytes("gc.wasm", kHeader + std::string("\1\4\1\x5f\0\0", 6), {"gc.wasm:0x0000", "GC"});
  // i8x16.relaxed_swizzle on two constants.
  std::string vector = "\xfd\x0c" + std::string(16, '\0');
  RefusesBytes("relaxed.wasm", Body(vector + vector + "\xfd\x80\x02\x1a"),
               {"relaxed.wasm:0x0000", "relaxed"});
}

TEST_CASE("a component is not a module") {
  RefusesBytes("component.wasm", std::string("\0asm\x0d\0\1\0", 8), {"component"});
}

TEST_CASE("a module that exports no function is refused") {
  RefusesBytes("mute.wat", "(module (memory (export \"memory\") 1) (func))", {"export"});
}

TEST_CASE("an import that nobody supplies is named") {
  RefusesBytes(
      "import.wat",
      "(module (import \"env\" \"now\" (func (param i32) (result i64))) (func (export \"f\")))",
      {"import.wat", "env", "now", "(i32) -> i64", "--host"});
  RefusesBytes("import.wat",
               "(module (import \"env\" \"memory\" (memory 1)) (func (export \"f\")))",
               {"env", "memory"});
  RefusesBytes("import.wat", "(module (import \"env\" \"g\" (global i32)) (func (export \"f\")))",
               {"env", "global"});
  RefusesBytes("import.wat",
               "(module (import \"env\" \"t\" (table 1 funcref)) (func (export \"f\")))",
               {"env", "table"});
}

}  // namespace perdure::test
