#include "rtlib/base/compress.h"

#include <lz4.h>

#include "rtlib/base/check.h"

namespace perdure {

static_assert(kCompressInputMax == LZ4_MAX_INPUT_SIZE);

size_t Compress(std::string_view raw, std::string* out, Effort effort) {
  PERDURE_CHECK(raw.size() <= kCompressInputMax, "block too large to compress");
  const int raw_size = static_cast<int>(raw.size());
  const size_t start = out->size();
  out->resize(start + static_cast<size_t>(LZ4_compressBound(raw_size)));
  const int written =
      LZ4_compress_fast(raw.data(), out->data() + start, raw_size,
                        static_cast<int>(out->size() - start), static_cast<int>(effort));
  PERDURE_CHECK(written > 0, "LZ4 failed in a buffer of its own bound");
  out->resize(start + static_cast<size_t>(written));
  return static_cast<size_t>(written);
}

bool Decompress(std::string_view block, void* raw, size_t raw_size) {
  if (block.size() > INT32_MAX || raw_size > kCompressInputMax) return false;
  const int written =
      LZ4_decompress_safe(block.data(), static_cast<char*>(raw), static_cast<int>(block.size()),
                          static_cast<int>(raw_size));
  return written >= 0 && static_cast<size_t>(written) == raw_size;
}

}  // namespace perdure
