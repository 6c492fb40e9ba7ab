// Random valid modules by binaryen's `wasm-opt --translate-to-fuzz`, the same for the same seed.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace perdure::test {

// False if this machine has no wasm-opt.
bool CanMakeRandomModules();

// Writes a module made of `seed` to `path`, with the binaryen features named ("simd",
// "bulk-memory"). Fails the running test if wasm-opt fails.
void MakeRandomModule(uint64_t seed, const std::vector<std::string>& features,
                      const std::string& path);

}  // namespace perdure::test
