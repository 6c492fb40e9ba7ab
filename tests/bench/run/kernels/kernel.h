/* What every kernel of `./dev bench run` is: one function that does a fixed amount of work (about
 * 100 ms of native time) on its own data and returns a number that depends on all of it. The same
 * source is compiled to wasm and natively; the bench compares the numbers. No kernel imports
 * anything (but as a command, with PERDURE_BENCH_COMMAND and loops/native.c), and none leaves its
 * data different in a way that changes the next result. */
#pragma once

#include <stdint.h>

#include "random.h"

#ifdef __cplusplus
extern "C"
#endif
#if defined(__wasm__) && !defined(PERDURE_BENCH_COMMAND)
    __attribute__((export_name("run")))
#endif
    int64_t
    run(void);

/* A double's bits: kernels with floats must agree to the last one. */
static inline uint64_t BitsOf(double value) {
  uint64_t bits;
  __builtin_memcpy(&bits, &value, sizeof bits);
  return bits;
}
