/* What a guest of `./dev bench commit` is: a program with a large heap, and events on it. It
 * imports nothing and does the same in every copy, so that a copy without persistence can show what
 * an event costs by itself, and which chunks it changes. */
#pragma once

#include "random.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Fills the heap. */
__attribute__((export_name("setup"))) void setup(void);

/* One event; the heap keeps its size. Returns a number that depends on what it found. */
__attribute__((export_name("event"))) int64_t event(int64_t number);

#ifdef __cplusplus
}
#endif
