// What Module says about valid modules. Offsets are those that wasm-objdump prints for the same
// binary.
#include "compiler/frontend/module.h"

#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <vector>

#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

using test::Corpus;
using test::ScratchFile;

Module Read(const std::string& path) {
  Diagnostics diagnostics;
  std::optional<Module> module = ReadModule(path, &diagnostics);
  INFO(diagnostics.Format(false));
  REQUIRE(module.has_value());
  CHECK(diagnostics.all().empty());
  return *std::move(module);
}

std::string Bytes(const std::vector<uint8_t>& bytes) { return {bytes.begin(), bytes.end()}; }

const InstructionUse* FindUse(const Module& module, const std::string& opcode, uint32_t immediate) {
  const auto found =
      std::find_if(module.uses.begin(), module.uses.end(), [&](const InstructionUse& use) {
        return use.opcode == opcode && use.immediate == immediate;
      });
  return found == module.uses.end() ? nullptr : &*found;
}

TEST_CASE("every module of the corpus is read without a word") {
  for (const char* name :
       {"atomics",    "counter",    "exceptions",   "export_names", "extended_const",
        "globals",    "memory",     "host_import",  "initialize",   "memories",
        "memory64",   "multivalue", "pure",         "recursion",    "references",
        "segments",   "simd",       "start",        "tables",       "start_traps",
        "tail_calls", "traps",      "wasi_reactor", "shared_memory"}) {
    INFO(name);
    Read(Corpus(std::string(name) + ".wat"));
  }
}

TEST_CASE("types have the names of the text format") {
  CHECK(FuncTypeText({}) == "() -> ()");
  CHECK(FuncTypeText({{ValueType::kI32, ValueType::kI64}, {ValueType::kF32}}) ==
        "(i32, i64) -> f32");
  CHECK(FuncTypeText({{ValueType::kFuncref}, {ValueType::kV128, ValueType::kExternref}}) ==
        "(funcref) -> (v128, externref)");
  CHECK(ExternalKindName(ExternalKind::kTag) == "tag");
}

TEST_CASE("imports come first in their index space, with the offset of their entry") {
  const Module module = Read(Corpus("host_import.wat"));
  REQUIRE(module.imports.size() == 3);
  CHECK(module.imports[0].module == "host");
  CHECK(module.imports[0].field == "next");
  CHECK(module.imports[1].field == "divide");
  CHECK(module.imports[2].field == "next");
  CHECK(module.imports[2].index == 2);
  CHECK(module.imports[0].offset == 0x1e);
  CHECK(module.imports[1].offset == 0x2a);
  CHECK(module.imports[2].offset == 0x38);
  REQUIRE(module.functions.size() == 6);
  CHECK(module.functions[1].imported);
  CHECK(module.functions[1].offset == 0x2a);
  CHECK(module.functions[1].name == "divide");
  CHECK_FALSE(module.functions[3].imported);
  CHECK(FuncTypeText(module.types[module.functions[1].type]) == "(i64, i64) -> (i64, i64)");
}

TEST_CASE("declarations carry their limits, names and offsets") {
  const Module module = Read(Corpus("host_import.wat"));
  REQUIRE(module.memories.size() == 1);
  CHECK(module.memories[0].min_pages == 1);
  CHECK_FALSE(module.memories[0].max_pages.has_value());
  CHECK(module.memories[0].offset == 0x4d);
  CHECK(module.memories[0].name == "memory");  // from the export
  REQUIRE(module.globals.size() == 1);
  CHECK(module.globals[0].is_mutable);
  CHECK(module.globals[0].type == ValueType::kI32);
  CHECK(module.globals[0].name == "last");  // from the name section
  CHECK(module.globals[0].offset == 0x52);
  REQUIRE(module.exports.size() == 4);
  CHECK(module.exports[0].offset == 0x5a);
  CHECK(module.exports[0].kind == ExternalKind::kMemory);
  CHECK(module.exports[1].name == "advance");
  CHECK(module.exports[1].index == 3);
}

TEST_CASE("segments have their mode, size and offset") {
  const Module module = Read(Corpus("segments.wat"));
  REQUIRE(module.data.size() == 4);
  CHECK(module.data[0].mode == SegmentMode::kActive);
  CHECK(module.data[1].mode == SegmentMode::kPassive);
  CHECK(module.data[1].bytes == 12);
  CHECK(module.data[3].bytes == 0);
  CHECK(module.data[0].offset == 0x1ab);
  CHECK(module.data[1].offset == 0x1b6);
  CHECK(module.data[3].offset == 0x1cc);
  REQUIRE(module.elems.size() == 4);
  CHECK(module.elems[0].mode == SegmentMode::kActive);
  CHECK(module.elems[1].mode == SegmentMode::kPassive);
  CHECK(module.elems[2].count == 2);
  CHECK(module.elems[3].mode == SegmentMode::kDeclared);
  CHECK(module.elems[0].offset == 0xfd);
  CHECK(module.elems[1].offset == 0x103);
  CHECK(module.elems[2].offset == 0x108);
  CHECK(module.elems[3].offset == 0x111);
}

TEST_CASE("functions and instructions are where wasm-objdump shows them") {
  const Module module = Read(Corpus("segments.wat"));
  CHECK(module.code_section_bytes == 0x8d);
  CHECK(module.functions[0].offset == 0x11d);
  CHECK(module.functions[0].code_bytes == 4);
  CHECK(module.functions[2].offset == 0x127);
  const InstructionUse* drop = FindUse(module, "data.drop", 2);
  REQUIRE(drop != nullptr);
  CHECK(drop->offset == 0x162);
  CHECK(drop->function == 7);
  CHECK(drop->segment == 2u);
  const InstructionUse* init = FindUse(module, "memory.init", 0);
  REQUIRE(init != nullptr);
  CHECK(init->offset == 0x12e);
  CHECK(init->segment == 1u);
}

TEST_CASE("a use of a table names the table that changes") {
  const Module module = Read(Corpus("tables.wat"));
  REQUIRE(module.tables.size() == 3);
  CHECK(module.tables[0].min_size == 4);
  CHECK(module.tables[0].max_size == 8u);
  CHECK(FindUse(module, "table.copy", 1) != nullptr);  // copies from 0 to 1
  CHECK(FindUse(module, "table.copy", 0) == nullptr);
  const InstructionUse* init = FindUse(module, "table.init", 0);
  REQUIRE(init != nullptr);
  CHECK(init->segment == 2u);
  for (const InstructionUse& use : module.uses) {
    if (use.opcode.starts_with("table.")) CHECK(use.immediate != 2);
  }
  // table.set 0 occurs four times; the first place stands for all.
  CHECK(std::count_if(module.uses.begin(), module.uses.end(), [](const InstructionUse& use) {
          return use.opcode == "table.set" && use.immediate == 0;
        }) == 1);
}

TEST_CASE("only the features that are used are noted") {
  const auto features = [](const char* name) {
    const Features f = Read(Corpus(name)).features;
    std::string text;
    if (f.exceptions) text += "exceptions ";
    if (f.tail_call) text += "tail_call ";
    if (f.multi_memory) text += "multi_memory ";
    if (f.memory64) text += "memory64 ";
    if (f.extended_const) text += "extended_const ";
    if (f.threads) text += "threads ";
    if (f.simd) text += "simd ";
    return text;
  };
  CHECK(features("counter.wat").empty());
  CHECK(features("traps.wat").empty());
  CHECK(features("references.wat").empty());
  CHECK(features("exceptions.wat") == "exceptions ");
  CHECK(features("tail_calls.wat") == "tail_call ");
  CHECK(features("memories.wat") == "multi_memory ");
  CHECK(features("memory64.wat") == "memory64 ");
  CHECK(features("extended_const.wat") == "extended_const ");
  CHECK(features("atomics.wat") == "threads ");
  CHECK(features("simd.wat") == "simd ");
  CHECK(features("globals.wat") == "simd ");     // a v128 global
  CHECK(features("multivalue.wat") == "simd ");  // a v128 parameter
}

TEST_CASE("globals of every type are told apart") {
  const Module module = Read(Corpus("globals.wat"));
  REQUIRE(module.globals.size() == 8);
  const ValueType expected[] = {ValueType::kI32,      ValueType::kI64,  ValueType::kF32,
                                ValueType::kF64,      ValueType::kV128, ValueType::kFuncref,
                                ValueType::kExternref};
  for (size_t i = 0; i < 7; ++i) {
    CHECK(module.globals[i].type == expected[i]);
    CHECK(module.globals[i].is_mutable);
  }
  CHECK_FALSE(module.globals[7].is_mutable);
}

TEST_CASE("the start section is found, and taken out for wasm2c together with custom sections") {
  const Module module = Read(Corpus("start.wat"));
  CHECK(module.start == 0u);
  CHECK(module.start_section_begin == 0x45);
  CHECK(module.start_section_end == 0x48);
  const std::vector<uint8_t> stripped = BinaryForWasm2c(module);
  const ScratchFile file(Bytes(stripped));
  const Module again = Read(file.path());
  CHECK_FALSE(again.start.has_value());
  CHECK(again.start_section_begin == again.start_section_end);
  CHECK(again.functions.size() == module.functions.size());
  CHECK(stripped.size() == 0x87 - 2 - 3);  // the name section's header begins 2 bytes before 0x87
}

TEST_CASE("a shared memory is one thread's for wasm2c") {
  const Module module = Read(Corpus("shared_memory.wat"));
  CHECK(module.memories[0].shared);
  const ScratchFile file(Bytes(BinaryForWasm2c(module)));
  const Module again = Read(file.path());
  CHECK_FALSE(again.memories[0].shared);
  CHECK(again.memories[0].min_pages == 1);
  CHECK(again.memories[0].max_pages == 4u);
}

TEST_CASE("the hash is XXH3-128 of the binary, and of nothing else") {
  const Module text = Read(Corpus("counter.wat"));
  const ScratchFile file(Bytes(text.binary));
  const Module binary = Read(file.path());
  CHECK(std::equal(text.hash, text.hash + 16, binary.hash));
  const ScratchFile changed(Bytes(text.binary) + std::string("\0\2\1x", 4));
  const Module other = Read(changed.path());
  CHECK_FALSE(std::equal(text.hash, text.hash + 16, other.hash));
}

TEST_CASE("a name section before the others is skipped and not an error") {
  const std::string names("\0\x0a\4name\1\3\1\0\0", 11);
  std::string binary = Bytes(Read(Corpus("pure.wat")).binary);
  binary.insert(8, std::string("\0\x0b\4name\1\4\1\0\1f", 13));
  const ScratchFile file(binary);
  const Module module = Read(file.path());
  CHECK(module.functions.size() == 4);
}

TEST_CASE("what is wrong in a custom section does not concern us") {
  std::string binary = Bytes(Read(Corpus("pure.wat")).binary);
  binary += std::string("\0\x09\4name\1\xff\x7f\x01", 11);
  binary += std::string("\0\x0b\x0ftarget_feat", 13);
  const ScratchFile broken_name_of_section(binary);
  Diagnostics diagnostics;
  // The second one's own name is cut off, which is structure and does concern us.
  CHECK_FALSE(ReadModule(broken_name_of_section.path(), &diagnostics).has_value());
  binary.resize(binary.size() - 13);
  const ScratchFile broken_names(binary);
  Read(broken_names.path());
}

TEST_CASE("nesting is the deepest of all functions") {
  CHECK(Read(Corpus("counter.wat")).nesting_max == 1);
  CHECK(Read(Corpus("memory.wat")).nesting_max == 3);
}

}  // namespace
}  // namespace perdure
