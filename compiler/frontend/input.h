// The bytes of an input file, and what kind of file they are.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/diag/diagnostics.h"

namespace perdure {

// The path that stands for standard input; a file of this name is "./-".
inline constexpr const char* kStandardInput = "-";

// What messages call the file at `path`.
std::string InputName(const std::string& path);

// nullopt: a diagnostic says why the file cannot be read. Pipes and devices are read to their end.
std::optional<std::vector<uint8_t>> ReadInput(const std::string& path, Diagnostics* diagnostics);

enum class InputKind : uint8_t { kBinary, kText };

// Decides by content and never by file name. nullopt: a diagnostic says what the file is instead.
std::optional<InputKind> ClassifyInput(const std::string& path, const std::vector<uint8_t>& bytes,
                                       Diagnostics* diagnostics);

}  // namespace perdure
