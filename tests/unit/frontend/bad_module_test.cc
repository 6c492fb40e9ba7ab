// What is said about modules that cannot be built, and where.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <string>

#include "compiler/frontend/limits.h"
#include "compiler/frontend/module.h"
#include "tests/unit/frontend/test_files.h"

namespace perdure {
namespace {

using test::Corpus;
using test::ScratchFile;

// The whole report, with the path of the input as "IN".
std::string Report(const std::string& path) {
  Diagnostics diagnostics;
  CHECK_FALSE(ReadModule(path, &diagnostics).has_value());
  CHECK(diagnostics.has_errors());
  std::string text = diagnostics.Format(false);
  for (size_t at = text.find(path); at != std::string::npos; at = text.find(path)) {
    text.replace(at, path.size(), "IN");
  }
  return text;
}

std::string FirstLine(const std::string& text) { return text.substr(0, text.find('\n')); }

struct BadModule {
  const char* file;
  const char* first_line;
};

TEST_CASE("each proposal that cannot be built is named, with the offset of what needs it") {
  constexpr char kGc[] = ": error: the GC proposal is not supported";
  constexpr char kReferences[] = ": error: the typed function references proposal is not supported";
  constexpr char kExnref[] =
      ": error: the exception handling proposal with exnref (try_table) is not supported";
  const std::pair<const char*, std::string> cases[] = {
      {"gc_type.wasm", std::string("IN:0x00000b") + kGc},
      {"gc_recursive_type.wasm", std::string("IN:0x00000b") + kGc},
      {"gc_instruction.wasm", std::string("IN:0x000023") + kGc},
      {"gc_anyref.wasm", std::string("IN:0x000022") + kGc},
      {"gc_structref.wasm", std::string("IN:0x000022") + kGc},
      {"gc.wat", std::string("IN:2:17") + kGc},
      {"function_references_type.wasm", std::string("IN:0x000022") + kReferences},
      {"function_references_call.wasm", std::string("IN:0x000023") + kReferences},
      {"function_references_table.wasm", std::string("IN:0x000016") + kReferences},
      {"relaxed_simd.wasm", "IN:0x000045: error: the relaxed SIMD proposal is not supported"},
      {"relaxed_simd.wat", "IN:3:6: error: the relaxed SIMD proposal is not supported"},
      {"try_table.wasm", std::string("IN:0x000023") + kExnref},
      {"exnref.wasm", std::string("IN:0x000022") + kExnref},
      {"try_table.wat", std::string("IN:5:7") + kExnref},
      {"stack_switching.wasm", "IN:0x00000f: error: the stack switching proposal is not supported"},
      {"wide_arithmetic.wasm", "IN:0x000029: error: the wide arithmetic proposal is not supported"},
      {"table64.wasm", "IN: error: 64-bit tables (the memory64 proposal) are not supported"},
      {"custom_page_size.wasm",
       "IN:0x000016: error: the custom page sizes proposal is not supported"},
      {"atomic_wait.wat",
       "IN:0x00002e: error: waiting and waking (the threads proposal) are not supported"},
  };
  for (const auto& [file, expected] : cases) {
    INFO(file);
    std::string line = FirstLine(Report(Corpus(std::string("bad/") + file)));
    // Where in the entry depends on wabt's version: 1.0.32 stops at the flags.
    if (line.find("64-bit tables") != std::string::npos) line.erase(2, line.find(": ") - 2);
    CHECK(line == expected);
  }
}

TEST_CASE("a report about a proposal says what was found, where, and what to do") {
  CHECK(Report(Corpus("bad/relaxed_simd.wasm")) ==
        "IN:0x000045: error: the relaxed SIMD proposal is not supported\n"
        "  note: found instruction 0xfd 256\n"
        "  note: in function 'get' (func 0)\n"
        "  help: build without -mrelaxed-simd; plain SIMD (-msimd128) is supported\n"
        "1 error\n");
}

TEST_CASE("files that are no modules are named for what they are") {
  CHECK(Report(Corpus("bad/no such file.wasm")) ==
        "IN: error: cannot read the module: no such file\n1 error\n");
  CHECK(Report(Corpus("bad")) == "IN: error: cannot read the module: Is a directory\n1 error\n");
  CHECK(FirstLine(Report(Corpus("bad/empty.wasm"))) ==
        "IN: error: not a WebAssembly file: it is empty");
  CHECK(FirstLine(Report(Corpus("bad/text.wasm"))) ==
        "IN: error: not a WebAssembly file: starts with 54 68 69 73 20 69 73 20");
  const ScratchFile elf(
      std::string("\x7f"
                  "ELF\2\1\1\0\0\0",
                  10));
  CHECK(FirstLine(Report(elf.path())) ==
        "IN: error: not a WebAssembly file: starts with 7f 45 4c 46 02 01 01 00 (an ELF file)");
  const ScratchFile blank(" \n\t");
  CHECK(FirstLine(Report(blank.path())) ==
        "IN: error: not a WebAssembly file: starts with 20 0a 09");
}

TEST_CASE("a file without read permission is reported with the system's reason") {
  if (geteuid() == 0) {
    WARN("not checked: root may read everything");
    return;
  }
  const ScratchFile secret("(module)");
  chmod(secret.path().c_str(), 0);
  CHECK(FirstLine(Report(secret.path())) == "IN: error: cannot read the module: Permission denied");
}

TEST_CASE("other layers and versions of WebAssembly are recognized") {
  CHECK(FirstLine(Report(Corpus("bad/component.wasm"))) ==
        "IN:0x000004: error: WebAssembly components are not supported, only core modules");
  CHECK(FirstLine(Report(Corpus("bad/future_version.wasm"))) ==
        "IN:0x000004: error: WebAssembly binary version 2 is not supported, only version 1");
  CHECK(FirstLine(Report(Corpus("bad/object.wasm"))) ==
        "IN:0x000025: error: this is a relocatable object file, not a linked module");
}

TEST_CASE("invalid modules are reported with the offset of the instruction or entry") {
  const BadModule cases[] = {
      {"after_end.wasm",
       "IN:0x000024: error: invalid module: instruction after the end of the function"},
      {"type_error.wasm",
       "IN:0x000025: error: invalid module: type mismatch in i32.add, expected [i32, i32] but got "
       "[i32, i64]"},
      {"unknown_function.wasm",
       "IN:0x000021: error: invalid module: function index out of range: 9 (there are 1)"},
      {"select_two_types.wasm",
       "IN:0x000027: error: invalid module: select with 2 types, expected one"},
      {"duplicate_export.wasm", "IN:0x000022: error: invalid module: duplicate export \"get\""},
      {"bodies_missing.wasm",
       "IN:0x00001c: error: invalid module: the function section and the code section have "
       "different numbers of functions"},
      {"many_params.wasm",
       "IN:0x00000c: error: too many parameters or results in type 0: 1001 and 1, at most 1000 and "
       "1000 are supported"},
      {"type_error.wat",
       "IN:3:6: error: invalid module: type mismatch in i32.add, expected [i32, i32] but got [i32, "
       "i64]"},
      {"syntax_error.wat",
       "IN:3:6: error: invalid module: unexpected token \"i32.constant\", expected an instruction"},
      {"unknown_name.wat",
       "IN:3:17: error: invalid module: undefined global variable \"$missing\""},
  };
  for (const BadModule& bad : cases) {
    INFO(bad.file);
    CHECK(FirstLine(Report(Corpus(std::string("bad/") + bad.file))) == bad.first_line);
  }
}

TEST_CASE("the function is named from the name section, which comes after it") {
  const std::string code("\x0a\x05\x01\x03\x00\x6a\x0b", 7);  // i32.add on an empty stack
  const std::string names("\0\x0e\4name\1\7\1\0\4spin", 16);
  const ScratchFile file(std::string("\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0", 18) + code + names);
  CHECK(Report(file.path()).find("note: in function 'spin' (func 0)") != std::string::npos);
}

TEST_CASE("truncation is reported as such, at every length") {
  const std::string whole = test::ReadFile(Corpus("bad/type_error.wasm"));
  CHECK(
      FirstLine(Report(Corpus("bad/truncated.wasm"))) ==
      "IN:0x00001c: error: truncated: the code section has 6 bytes, the file ends after 3 of them");
  CHECK(FirstLine(Report(Corpus("bad/huge_section.wasm"))) ==
        "IN:0x000008: error: truncated: the type section has 4294967295 bytes, the file ends after "
        "1 of them");
  ScratchFile file("");
  for (size_t length = 1; length < 8; ++length) {
    file.Write(whole.substr(0, length));
    INFO(length);
    CHECK(Report(file.path()).find("error: truncated: the file ends in the module header") !=
          std::string::npos);
  }
  file.Write(whole.substr(0, 9));
  CHECK(Report(file.path()).find("truncated: the file ends in the header of a section") !=
        std::string::npos);
}

TEST_CASE("a function with too many local variables is refused, however they are declared") {
  const auto module_with = [](const std::string& locals) {
    const std::string body = locals + "\x0b";
    std::string code("\1", 1);
    code += static_cast<char>(body.size());
    code += body;
    std::string section("\x0a", 1);
    section += static_cast<char>(code.size());
    return std::string("\0asm\1\0\0\0\1\4\1\x60\0\0\3\2\1\0", 18) + section + code;
  };
  // LEB128 of 50,000 is d0 86 03, and of 1 is 01.
  const ScratchFile most(module_with(std::string("\1\xd0\x86\3\x7f", 5)));
  Diagnostics diagnostics;
  CHECK(ReadModule(most.path(), &diagnostics).has_value());
  const ScratchFile over(module_with(std::string("\2\xd0\x86\3\x7f\1\x7e", 7)));
  CHECK(Report(over.path()).find("too many local variables, at most 50000 are supported") !=
        std::string::npos);
  CHECK(Report(Corpus("bad/many_locals.wasm")).find("local") != std::string::npos);
}

}  // namespace
}  // namespace perdure
