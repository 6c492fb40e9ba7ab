// LZ4 blocks. The raw size is kept by whoever stores the block, and must be known (and bounded)
// before anything is decompressed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace perdure {

// Largest input LZ4 takes.
inline constexpr size_t kCompressInputMax = 0x7E000000;

// How hard to look for what repeats: LZ4's acceleration.
enum class Effort : int {
  kUsual = 1,
  kHurried = 4,  // a quarter faster, and a tenth larger (measured on deltas of real programs)
};

// Appends the compressed form of `raw` to *out and returns its size. REQUIRES: raw.size() <=
// kCompressInputMax.
size_t Compress(std::string_view raw, std::string* out, Effort effort = Effort::kUsual);

// Decompresses `block` into exactly raw_size bytes at `raw`. False if the block is malformed or
// gives another size; what `raw` holds is then unspecified, and nothing outside it was touched.
bool Decompress(std::string_view block, void* raw, size_t raw_size);

}  // namespace perdure
