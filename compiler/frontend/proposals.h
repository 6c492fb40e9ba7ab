// Names the WebAssembly proposal that a module needs and that cannot be built: what people get to
// read instead of "unexpected opcode 0xfb".
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "compiler/frontend/declaration_reader.h"

namespace perdure {

struct Unsupported {
  const char* proposal = nullptr;  // "the GC proposal", reads before "is not supported"
  std::string found;               // "struct type (0x5f)"
  uint64_t offset = 0;             // of what was found
  const char* help = nullptr;      // may be null
};

// Whether `error` happened because the binary uses a proposal: looks at the bytes that wabt
// stumbled over.
std::optional<Unsupported> FindUnsupported(std::span<const uint8_t> bytes, const ReadError& error);

// The same for the word of a text module that the parser stumbled over, and wabt's message about
// it.
std::optional<Unsupported> FindUnsupportedWord(std::string_view word, std::string_view message);

}  // namespace perdure
