// PageBitmap: one bit for each page of a reservation, in memory that takes room only where bits
// were set.
//
// Threads: confined to one thread; Has and Add are async-signal-safe.
#pragma once

#include <cstdint>

#include "perdure/status.h"

namespace perdure {

class PageBitmap {
 public:
  PageBitmap() = default;
  ~PageBitmap();
  PageBitmap(const PageBitmap&) = delete;
  PageBitmap& operator=(const PageBitmap&) = delete;

  // Room for pages 0 .. count - 1, none of them set. REQUIRES: called once.
  Status Reserve(uint64_t count);

  bool Has(uint64_t page) const { return (words_[page / 64] >> (page % 64) & 1) != 0; }
  void Add(uint64_t page) { words_[page / 64] |= uint64_t{1} << (page % 64); }
  // Bits of pages 64 * index .. 64 * index + 63, lowest first.
  uint64_t Word(uint64_t index) const { return words_[index]; }
  // Clears the words that hold pages first .. last.
  void ClearWords(uint64_t first, uint64_t last);

 private:
  uint64_t* words_ = nullptr;
  uint64_t bytes_ = 0;
};

}  // namespace perdure
