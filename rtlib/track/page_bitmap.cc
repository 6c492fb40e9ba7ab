#include "rtlib/track/page_bitmap.h"

#include <sys/mman.h>

#include <algorithm>

#include "rtlib/base/check.h"
#include "rtlib/track/userfault.h"

namespace perdure {

PageBitmap::~PageBitmap() {
  if (words_ != nullptr) munmap(words_, bytes_);
}

Status PageBitmap::Reserve(uint64_t count) {
  PERDURE_CHECK(words_ == nullptr, "a bitmap is reserved once");
  bytes_ = count / 8 + sizeof *words_;
  void* bits = mmap(nullptr, bytes_, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (bits == MAP_FAILED) return SystemError("reserving memory for write tracking");
  words_ = static_cast<uint64_t*>(bits);
  return OkStatus();
}

void PageBitmap::ClearWords(uint64_t first, uint64_t last) {
  std::fill(words_ + first / 64, words_ + last / 64 + 1, uint64_t{0});
}

}  // namespace perdure
