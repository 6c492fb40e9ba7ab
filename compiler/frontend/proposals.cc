#include "compiler/frontend/proposals.h"

#include <algorithm>
#include <array>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr const char kGc[] = "the GC proposal";
constexpr const char kFunctionReferences[] = "the typed function references proposal";
constexpr const char kRelaxedSimd[] = "the relaxed SIMD proposal";
constexpr const char kExnref[] = "the exception handling proposal with exnref (try_table)";
constexpr const char kStackSwitching[] = "the stack switching proposal";
constexpr const char kStringref[] = "the reference-typed strings proposal";
constexpr const char kWideArithmetic[] = "the wide arithmetic proposal";
constexpr const char kPageSizes[] = "the custom page sizes proposal";
constexpr const char kTable64[] = "64-bit tables (the memory64 proposal)";
constexpr const char kSharedEverything[] = "the shared-everything threads proposal";
constexpr const char kThreads[] = "waiting and waking (the threads proposal)";
constexpr const char kCompactImports[] = "the compact import section proposal";
constexpr const char kMemoryControl[] = "the memory control proposal";

constexpr const char kExnrefHelp[] =
    "the older instructions try, catch and rethrow are supported; LLVM emits them with "
    "-mllvm -wasm-use-legacy-eh=true";
constexpr const char kRelaxedHelp[] =
    "build without -mrelaxed-simd; plain SIMD (-msimd128) is supported";
constexpr const char kThreadsHelp[] = "build without -pthread";

struct Code {
  uint8_t first;
  uint8_t last;
  const char* proposal;
  const char* what;
  const char* help = nullptr;
};

constexpr auto kOpcodes = std::to_array<Code>({
    {0x0a, 0x0a, kExnref, "throw_ref", kExnrefHelp},
    {0x14, 0x14, kFunctionReferences, "call_ref"},
    {0x15, 0x15, kFunctionReferences, "return_call_ref"},
    {0x1f, 0x1f, kExnref, "try_table", kExnrefHelp},
    {0xd3, 0xd3, kGc, "ref.eq"},
    {0xd4, 0xd4, kFunctionReferences, "ref.as_non_null"},
    {0xd5, 0xd5, kFunctionReferences, "br_on_null"},
    {0xd6, 0xd6, kFunctionReferences, "br_on_non_null"},
    {0xe0, 0xe6, kStackSwitching, "stack switching instruction"},
    {0xfb, 0xfb, kGc, "GC instruction"},
});

constexpr auto kTypes = std::to_array<Code>({
    {0x40, 0x40, kFunctionReferences, "table with an initializer"},
    {0x63, 0x63, kFunctionReferences, "(ref null ...) type"},
    {0x64, 0x64, kFunctionReferences, "(ref ...) type"},
    {0x65, 0x65, kSharedEverything, "shared type"},
    {0x67, 0x67, kStringref, "stringref"},
    {0x68, 0x68, kStackSwitching, "contref"},
    {0x69, 0x69, kExnref, "exnref", kExnrefHelp},
    {0x6a, 0x6a, kGc, "arrayref"},
    {0x6b, 0x6b, kGc, "structref"},
    {0x6c, 0x6c, kGc, "i31ref"},
    {0x6d, 0x6d, kGc, "eqref"},
    {0x6e, 0x6e, kGc, "anyref"},
    {0x71, 0x71, kGc, "nullref"},
    {0x72, 0x72, kGc, "nullexternref"},
    {0x73, 0x73, kGc, "nullfuncref"},
    {0x74, 0x74, kExnref, "nullexnref", kExnrefHelp},
    {0x75, 0x75, kStackSwitching, "nullcontref"},
});

constexpr auto kTypeForms = std::to_array<Code>({
    {0x4d, 0x4d, kGc, "descriptor type"},
    {0x4e, 0x4e, kGc, "recursive type group"},
    {0x4f, 0x50, kGc, "subtype"},
    {0x5d, 0x5d, kStackSwitching, "continuation type"},
    {0x5e, 0x5e, kGc, "array type"},
    {0x5f, 0x5f, kGc, "struct type"},
    {0x65, 0x65, kSharedEverything, "shared type"},
});

std::string HexByte(uint8_t byte) {
  const char raw = static_cast<char>(byte);
  return "0x" + Hex(std::string_view(&raw, 1));
}

template <size_t kCount>
std::optional<Unsupported> Find(const std::array<Code, kCount>& codes, uint8_t byte,
                                uint64_t offset) {
  for (const Code& code : codes) {
    if (byte < code.first || byte > code.last) continue;
    return Unsupported{code.proposal, StrCat(code.what, " (", HexByte(byte), ')'), offset,
                       code.help};
  }
  return std::nullopt;
}

// The number after a prefix byte, unsigned LEB128; 0 if it is cut off.
uint64_t PrefixedCode(std::span<const uint8_t> bytes, uint64_t position) {
  uint64_t code = 0;
  for (unsigned shift = 0; shift < 35 && position < bytes.size(); shift += 7) {
    const uint8_t byte = bytes[position++];
    code |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if ((byte & 0x80) == 0) return code;
  }
  return 0;
}

std::optional<Unsupported> FindOpcode(std::span<const uint8_t> bytes, uint64_t offset) {
  const uint8_t first = bytes[offset];
  const uint64_t code = PrefixedCode(bytes, offset + 1);
  const std::string found = StrCat("instruction ", HexByte(first), ' ', code);
  if (first == 0xfd && code >= 0x100) return Unsupported{kRelaxedSimd, found, offset, kRelaxedHelp};
  if (first == 0xfc && code == 0x12) return Unsupported{kMemoryControl, "memory.discard", offset};
  if (first == 0xfc && code >= 0x13 && code <= 0x16)
    return Unsupported{kWideArithmetic, found, offset};
  if (first == 0xfe) return Unsupported{kSharedEverything, found, offset, kThreadsHelp};
  return Find(kOpcodes, first, offset);
}

// wabt complains about a type after reading it, and takes 0x6b for one with an operand.
std::optional<Unsupported> FindType(std::span<const uint8_t> bytes, uint64_t end) {
  if (end >= 2 && bytes[end - 2] == 0x6b) return Find(kTypes, 0x6b, end - 2);
  return Find(kTypes, bytes[end - 1], end - 1);
}

bool Contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

bool IsAboutType(std::string_view message) {
  return Contains(message, "expected valid") || Contains(message, "invalid global type") ||
         Contains(message, "must be a reference type");
}

struct Word {
  std::string_view word;
  bool is_prefix;
  const char* proposal;
  const char* help = nullptr;
};

constexpr auto kWords = std::to_array<Word>({
    {"rec", false, kGc},
    {"sub", false, kGc},
    {"struct", true, kGc},
    {"array", true, kGc},
    {"anyref", false, kGc},
    {"eqref", false, kGc},
    {"i31", true, kGc},
    {"nullref", false, kGc},
    {"nullfuncref", false, kGc},
    {"nullexternref", false, kGc},
    {"any", true, kGc},
    {"eq", false, kGc},
    {"none", false, kGc},
    {"nofunc", false, kGc},
    {"noextern", false, kGc},
    {"extern.convert_any", false, kGc},
    {"ref.eq", false, kGc},
    {"ref.test", false, kGc},
    {"ref.cast", false, kGc},
    {"ref.i31", false, kGc},
    {"br_on_cast", true, kGc},
    {"ref", false, kFunctionReferences},
    {"call_ref", false, kFunctionReferences},
    {"return_call_ref", false, kFunctionReferences},
    {"ref.as_non_null", false, kFunctionReferences},
    {"br_on_null", false, kFunctionReferences},
    {"br_on_non_null", false, kFunctionReferences},
    {"try_table", false, kExnref, kExnrefHelp},
    {"throw_ref", false, kExnref, kExnrefHelp},
    {"exnref", false, kExnref, kExnrefHelp},
    {"cont", false, kStackSwitching},
    {"suspend", false, kStackSwitching},
    {"resume", true, kStackSwitching},
    {"pagesize", false, kPageSizes},
    {"stringref", false, kStringref},
});

}  // namespace

std::optional<Unsupported> FindUnsupported(std::span<const uint8_t> bytes, const ReadError& error) {
  const std::string_view message = error.message;
  const uint64_t offset = error.offset;
  if (message.starts_with("tables may not be 64-bit"))
    return Unsupported{kTable64, "64-bit table", offset};
  if (message.starts_with("tables may not be shared")) {
    return Unsupported{kSharedEverything, "shared table", offset, kThreadsHelp};
  }
  if (message.starts_with("unsupported thread instruction: ")) {
    return Unsupported{kThreads, std::string(message.substr(32)), offset, kThreadsHelp};
  }
  if (message.starts_with("unexpected opcode")) {
    return offset < bytes.size() ? FindOpcode(bytes, offset) : std::nullopt;
  }
  // All others are reported after what they are about.
  if (offset == 0 || offset > bytes.size()) return std::nullopt;
  const uint8_t before = bytes[offset - 1];
  if (Contains(message, "type form")) return Find(kTypeForms, before, offset - 1);
  if (IsAboutType(message)) return FindType(bytes, offset);
  if (message.starts_with("malformed memory limits flag") && (before & 0x08) != 0) {
    return Unsupported{kPageSizes, "memory with a page size", offset - 1};
  }
  if (message.starts_with("malformed import kind") && (before == 0x7e || before == 0x7f)) {
    return Unsupported{kCompactImports, StrCat("import kind ", HexByte(before)), offset - 1};
  }
  return std::nullopt;
}

std::optional<Unsupported> FindUnsupportedWord(std::string_view word, std::string_view message) {
  if (Contains(message, "relaxed_") || Contains(word, "relaxed_")) {
    return Unsupported{kRelaxedSimd, std::string(word), 0, kRelaxedHelp};
  }
  const auto found = std::find_if(kWords.begin(), kWords.end(), [&](const Word& entry) {
    return entry.is_prefix ? word.starts_with(entry.word) : word == entry.word;
  });
  if (found == kWords.end()) return std::nullopt;
  return Unsupported{found->proposal, std::string(word), 0, found->help};
}

}  // namespace perdure
