// Inputs nobody meant: cut at every length, with bytes changed at random. The outcome must be a
// module or an error, never both, neither, or a crash. The seeds are fixed; run under the
// sanitizers for the full benefit.
#include <catch2/catch.hpp>
#include <cstdint>
#include <random>
#include <span>
#include <string>
#include <vector>

#include "compiler/frontend/module.h"
#include "compiler/frontend/sections.h"
#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

using test::Corpus;
using test::ScratchFile;

struct Counts {
  int modules = 0;
  int errors = 0;
};

void Try(ScratchFile* file, const std::string& contents, Counts* counts) {
  file->Write(contents);
  Diagnostics diagnostics;
  const std::optional<Module> module = ReadModule(file->path(), &diagnostics);
  const bool consistent = module.has_value() != diagnostics.has_errors();
  if (!consistent) FAIL("a module and errors, or neither");
  if (module) static_cast<void>(BinaryForWasm2c(*module));
  ++(module ? counts->modules : counts->errors);
}

std::string BinaryOf(const std::string& name) {
  Diagnostics diagnostics;
  const std::optional<Module> module = ReadModule(Corpus(name), &diagnostics);
  REQUIRE(module.has_value());
  return {module->binary.begin(), module->binary.end()};
}

const char* const kModules[] = {"exceptions.wat", "globals.wat",    "host_import.wat",
                                "memories.wat",   "memory64.wat",   "references.wat",
                                "segments.wat",   "simd.wat",       "start.wat",
                                "tables.wat",     "tail_calls.wat", "extended_const.wat"};

TEST_CASE("a module cut inside of a section is reported as truncated") {
  ScratchFile file("");
  for (const char* name : kModules) {
    const std::string whole = BinaryOf(name);
    std::vector<Section> sections;
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(whole.data()),
                                         whole.size());
    REQUIRE_FALSE(ScanSections(bytes, &sections).has_value());
    for (const Section& section : sections) {
      for (uint64_t length = section.begin + 1; length < section.end; ++length) {
        INFO(name << " cut at " << length);
        file.Write(whole.substr(0, length));
        Diagnostics diagnostics;
        REQUIRE_FALSE(ReadModule(file.path(), &diagnostics).has_value());
        REQUIRE(diagnostics.all().size() == 1);
        REQUIRE(diagnostics.all().front().message.starts_with("truncated: "));
        REQUIRE(diagnostics.all().front().offset == section.begin);
      }
    }
  }
}

TEST_CASE("a module cut between sections gives a module or an error") {
  ScratchFile file("");
  Counts counts;
  for (const char* name : kModules) {
    INFO(name);
    const std::string whole = BinaryOf(name);
    std::vector<Section> sections;
    const std::span<const uint8_t> bytes(reinterpret_cast<const uint8_t*>(whole.data()),
                                         whole.size());
    REQUIRE_FALSE(ScanSections(bytes, &sections).has_value());
    for (const Section& section : sections) Try(&file, whole.substr(0, section.begin), &counts);
  }
  CHECK(counts.modules > 0);
  CHECK(counts.errors > 0);
}

TEST_CASE("random changes to binary modules give a module or an error") {
  ScratchFile file("");
  std::mt19937 random(20240229);
  Counts counts;
  for (const char* name : kModules) {
    INFO(name);
    const std::string whole = BinaryOf(name);
    for (int round = 0; round < 200; ++round) {
      std::string changed = whole;
      const size_t at = random() % changed.size();
      switch (random() % 4) {
        case 0:
          changed[at] = static_cast<char>(changed[at] ^ (1 << (random() % 8)));
          break;
        case 1:
          changed[at] = static_cast<char>(random());
          break;
        case 2:
          changed.insert(at, 1, static_cast<char>(random()));
          break;
        case 3:
          changed.erase(at, 1 + random() % 3);
          break;
      }
      Try(&file, changed, &counts);
    }
  }
  CHECK(counts.modules > 50);
  CHECK(counts.errors > 500);
}

TEST_CASE("random changes to text modules give a module or an error") {
  ScratchFile file("");
  std::mt19937 random(20240301);
  Counts counts;
  for (const char* name : kModules) {
    INFO(name);
    const std::string whole = test::ReadFile(Corpus(name));
    for (int round = 0; round < 40; ++round) {
      std::string changed = whole;
      const size_t at = random() % changed.size();
      if (random() % 2 == 0) {
        changed[at] = "()\"; $0a\n\\"[random() % 10];
      } else {
        changed.erase(at, 1 + random() % 8);
      }
      Try(&file, changed, &counts);
    }
  }
  CHECK(counts.modules > 20);
  CHECK(counts.errors > 100);
}

TEST_CASE("a text that makes the parser itself fail is an error like others") {
  // Asserts in libwabt 1.0.32, is a syntax error in 1.0.36.
  const ScratchFile file("(module (elem funcref (");
  Diagnostics diagnostics;
  CHECK_FALSE(ReadModule(file.path(), &diagnostics).has_value());
  CHECK(diagnostics.all().front().message.starts_with("invalid module: "));
}

}  // namespace
}  // namespace perdure
