/* What every kernel of `./dev bench run` is: one function that does a fixed amount of work (about
 * 100 ms of native time) on its own data and returns a number that depends on all of it. The same
 * source is compiled to wasm and natively; the bench compares the numbers. No kernel imports
 * anything, and none leaves its data different in a way that changes the next result. */
#pragma once

#include <stdint.h>

#ifdef __cplusplus
extern "C"
#endif
#ifdef __wasm__
    __attribute__((export_name("run")))
#endif
    int64_t
    run(void);

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

/* A double's bits: kernels with floats must agree to the last one. */
static inline uint64_t BitsOf(double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}
