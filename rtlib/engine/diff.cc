#include "rtlib/engine/diff.h"

#include <cstring>

#include "rtlib/state/format.h"

namespace perdure {
namespace {

static_assert(kChunkBytes == kBaseChunkBytes, "the unit of tracking is the unit of storage");

constexpr uint64_t kChunkWords = kChunkBytes / kWordBytes;
constexpr uint64_t kBlockWords =
    8;  // a cache line; what the compiler turns into a few vector operations

uint64_t Word(const uint8_t* image, uint64_t index) {
  uint64_t word;
  std::memcpy(&word, image + index * kWordBytes, sizeof(word));
  return word;
}

bool BlockDiffers(const uint8_t* now, const uint8_t* then, uint64_t first) {
  uint64_t difference = 0;
  for (uint64_t i = 0; i < kBlockWords; ++i)
    difference |= Word(now, first + i) ^ Word(then, first + i);
  return difference != 0;
}

void AddWord(uint64_t word, std::vector<WordRun>* runs) {
  if (!runs->empty() && runs->back().first + runs->back().count == word) {
    ++runs->back().count;
  } else {
    runs->push_back({word, 1});
  }
}

}  // namespace

uint64_t FindRuns(const uint8_t* now, const uint8_t* then, ChunkRange chunks,
                  std::vector<WordRun>* runs) {
  uint64_t changed = 0;
  for (uint64_t chunk = chunks.begin; chunk < chunks.end; ++chunk) {
    bool differs = false;
    const uint64_t end = (chunk + 1) * kChunkWords;
    for (uint64_t block = chunk * kChunkWords; block < end; block += kBlockWords) {
      if (!BlockDiffers(now, then, block)) continue;
      differs = true;
      for (uint64_t word = block; word < block + kBlockWords; ++word) {
        if (Word(now, word) != Word(then, word)) AddWord(word, runs);
      }
    }
    changed += differs ? 1 : 0;
  }
  return changed;
}

}  // namespace perdure
