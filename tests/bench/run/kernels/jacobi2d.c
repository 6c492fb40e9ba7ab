/* A five-point stencil of doubles. */
#include "kernel.h"

enum { kN = 300, kSteps = 1200 };
static double a[kN][kN], b[kN][kN];

static void Step(double from[kN][kN], double to[kN][kN]) {
  for (int i = 1; i < kN - 1; ++i) {
    for (int j = 1; j < kN - 1; ++j) {
      to[i][j] =
          0.2 * (from[i][j] + from[i][j - 1] + from[i][j + 1] + from[i + 1][j] + from[i - 1][j]);
    }
  }
}

int64_t run(void) {
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) {
      a[i][j] = (i * (j + 2) + 2) / (double)kN;
      b[i][j] = (i * (j + 3) + 3) / (double)kN;
    }
  }
  for (int t = 0; t < kSteps; ++t) {
    Step(a, b);
    Step(b, a);
  }
  uint64_t result = 0;
  for (int i = 0; i < kN; ++i) result = Mix(result, BitsOf(a[i][(7 * i) % kN]));
  return (int64_t)result;
}
