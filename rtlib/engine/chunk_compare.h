// Which words of two images of a chunk differ: the innermost loop of a commit.
//
// Every dirty chunk is read here whole, twice, mostly from memory that no cache holds, so what
// counts is to have many loads under way and few instructions between them. There is a version for
// each instruction set worth having; the choice is made once, at run time, because a program runs
// on other machines than the one it was built on. All versions give the same answer (a test says
// so), which is one bit for each word.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <span>

#include "rtlib/state/format.h"
#include "rtlib/track/tracker.h"

namespace perdure {

inline constexpr uint64_t kChunkWords = kChunkBytes / kWordBytes;
// Of a cache. A line's words are one byte of a WordMask.
inline constexpr uint64_t kLineBytes = 64;
inline constexpr uint64_t kLineWords = kLineBytes / kWordBytes;

// Bit i % 64 of words[i / 64]: word i differs.
struct WordMask {
  uint64_t words[kChunkWords / 64];
};

struct ChunkComparer {
  const char* name;
  // False if no word differs; *mask is then unspecified.
  bool (*compare)(const uint8_t* now, const uint8_t* then, WordMask* mask);
};

// What this CPU can run, the fastest first; the last one runs everywhere.
std::span<const ChunkComparer> ChunkComparers();

// Asks for the beginning of a chunk to be brought near; the hardware goes on from there by itself.
inline void PrefetchChunk(const uint8_t* image, uint64_t chunk) {
  constexpr uint64_t kLines = 8;
  const uint8_t* at = image + chunk * kChunkBytes;
  for (uint64_t line = 0; line < kLines; ++line) __builtin_prefetch(at + line * kLineBytes);
}

}  // namespace perdure
