/* Numbers for guests of benchmarks: the same everywhere. */
#pragma once

#include <stdint.h>

/* Numbers that are the same everywhere (xorshift64*). */
static inline uint64_t NextRandom(uint64_t* state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1dull;
}

/* Folds a number into a result. */
static inline uint64_t Mix(uint64_t result, uint64_t value) {
  return (result ^ value) * 0x100000001b3ull;
}
