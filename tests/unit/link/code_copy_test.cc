// Instructions that come out with other indices are still the instructions that went in.
#include "compiler/link/code_copy.h"

#include <catch2/catch.hpp>
#include <filesystem>

#include "compiler/link/merge.h"
#include "tests/unit/frontend/test_files.h"
#include "tests/unit/link/link_fixture.h"

namespace perdure {
namespace {

constexpr uint8_t kCodeSection = 10;

std::vector<std::string> CorpusFiles() {
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(test::Corpus(""))) {
    if (entry.path().extension() == ".wat") files.push_back(entry.path());
  }
  REQUIRE(files.size() > 15);
  return files;
}

std::string Code(const Module& module) {
  const std::span<const uint8_t> payload = SectionPayload(module, kCodeSection);
  return {payload.begin(), payload.end()};
}

// Uses of tables, globals and segments with every index moved as Padding() moves it.
std::vector<std::string> Uses(const Module& module, uint32_t functions, uint32_t others) {
  std::vector<std::string> lines;
  for (const InstructionUse& use : module.uses) {
    lines.push_back(use.opcode + " " + std::to_string(use.function + functions) + " " +
                    std::to_string(use.immediate + others) + " " +
                    (use.segment ? std::to_string(*use.segment + others) : "-"));
  }
  return lines;
}

TEST_CASE("code that keeps its indices is copied byte for byte") {
  for (const std::string& file : CorpusFiles()) {
    const Module module = test::ReadText(file, test::ReadFile(file));
    if (module.start) continue;  // brings a function of the linker's
    INFO(file);
    const test::Linking linking = test::MustLink({{"m", test::ReadFile(file)}});
    CHECK(Code(linking.module()) == Code(module));
  }
}

TEST_CASE("code whose every index moves is valid, and uses what it used before") {
  for (const std::string& file : CorpusFiles()) {
    const Module module = test::ReadText(file, test::ReadFile(file));
    INFO(file);
    const test::Linking linking =
        test::MustLink({{"padding", test::Padding()}, {"m", test::ReadFile(file)}});
    CHECK(Uses(linking.module(), 0, 0) == Uses(module, 5, 2));
  }
}

TEST_CASE("an index may be written longer than it need be") {
  const std::string binary(
      "\0asm\1\0\0\0"
      "\1\4\1\x60\0\0"                                       // type () -> ()
      "\3\3\2\0\0"                                           // two functions of it
      "\7\5\1\1f\0\1"                                        // export "f"
      "\x0a\x0d\2\2\0\x0b\x08\0\x10\x80\x80\x80\x80\0\x0b",  // the second calls function 0
      8 + 6 + 5 + 7 + 15);
  const test::Linking linking = test::MustLink({{"padding", test::Padding()}, {"m", binary}});
  const std::string code = Code(linking.module());
  const std::string call("\4\0\x10\5\x0b", 5);  // at its shortest
  CHECK(code.find(call) != std::string::npos);
}

}  // namespace
}  // namespace perdure
