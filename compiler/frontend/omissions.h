// What wabt's reader and validator let through although the specification does not, as messages;
// nullopt: all is well. Versions differ: 1.0.32 leaves out all of these.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "compiler/frontend/module.h"

namespace perdure {

using Problem = std::optional<std::string>;

// Not checked when another memory is a 64-bit one.
Problem CheckOffset(const Module& module, uint32_t memory, uint64_t offset);

Problem CheckCallTable(const Module& module, uint32_t table);

// For instructions that name a data segment; `data_count` is what the data count section says.
Problem CheckDataCount(const std::optional<uint32_t>& data_count);

// At the end of the module; checked only where there is a data section.
Problem CheckDataSegments(const Module& module, const std::optional<uint32_t>& data_count);

}  // namespace perdure
