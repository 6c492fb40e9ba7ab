// What this implementation refuses although the specification allows it: sizes no toolchain
// produces and that would cost time or memory out of proportion to the file. Most are the limits of
// the JavaScript API specification, so a module over them runs in no browser either.
#pragma once

#include <cstddef>
#include <cstdint>

namespace perdure {

inline constexpr uint64_t kModuleBytesMax = uint64_t{1}
                                            << 30;  // sections cannot be much larger (32 bit)
inline constexpr uint32_t kTypesMax = 1'000'000;
inline constexpr uint32_t kFunctionsMax = 1'000'000;
inline constexpr uint32_t kImportsMax = 100'000;
inline constexpr uint32_t kExportsMax = 100'000;
inline constexpr uint32_t kParamsMax = 1'000;
inline constexpr uint32_t kResultsMax = 1'000;
inline constexpr uint32_t kLocalsMax = 50'000;  // each becomes a C variable
inline constexpr uint32_t kMemoriesMax = 100;   // each reserves more than 8 GiB of address space
inline constexpr uint32_t kTablesMax = 100'000;

inline constexpr uint32_t kNestingMax = 16'384;  // wasm2c's own limit; the function itself counts

// Parentheses and blocks of the text format: wabt's parser recurses (deep_stack.h), and takes time
// by the square of the depth of folded operands.
inline constexpr uint32_t kTextNestingMax = 20'000;

}  // namespace perdure
