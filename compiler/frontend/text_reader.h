// The text format: assembled to a binary module, which is then read like any other.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "compiler/diag/diagnostics.h"

namespace perdure {

// nullopt: diagnostics has errors, with line and column in `path`. Names in the text go into the
// name section of the binary.
std::optional<std::vector<uint8_t>> AssembleText(const std::string& path, std::string_view text,
                                                 Diagnostics* diagnostics);

}  // namespace perdure
