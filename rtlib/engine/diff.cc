#include "rtlib/engine/diff.h"

#include <bit>

#include "rtlib/engine/chunk_compare.h"

namespace perdure {
namespace {

// Appends words [first, first + count), joining them with the last run if they touch.
void AddWords(uint64_t first, uint64_t count, std::vector<WordRun>* runs) {
  if (!runs->empty() && runs->back().first + runs->back().count == first) {
    runs->back().count += count;
  } else {
    runs->push_back({first, count});
  }
}

// Appends the set bits of `mask`, whose lowest stands for word `first`.
void AddMask(uint64_t mask, uint64_t first, std::vector<WordRun>* runs) {
  while (mask != 0) {
    const int begin = std::countr_zero(mask);
    const int count = std::countr_one(mask >> begin);
    AddWords(first + static_cast<uint64_t>(begin), static_cast<uint64_t>(count), runs);
    if (begin + count == 64) return;
    mask &= ~uint64_t{0} << (begin + count);
  }
}

}  // namespace

void FindRuns(const uint8_t* now, const uint8_t* then, ChunkRange chunks,
              std::vector<WordRun>* runs, std::vector<uint64_t>* unchanged) {
  const auto compare = ChunkComparers().front().compare;
  for (uint64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
    WordMask mask;
    const uint64_t offset = chunk * kChunkBytes;
    if (!compare(now + offset, then + offset, &mask)) {
      unchanged->push_back(chunk);
      continue;
    }
    for (uint64_t i = 0; i < std::size(mask.words); ++i) {
      AddMask(mask.words[i], chunk * kChunkWords + i * 64, runs);
    }
  }
}

}  // namespace perdure
