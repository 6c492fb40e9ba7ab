/* Matrix product of doubles. */
#include "kernel.h"

enum { kN = 400, kRounds = 8 };
static double a[kN][kN], b[kN][kN], c[kN][kN];

int64_t run(void) {
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) {
      a[i][j] = (i * j % kN) / (double)kN;
      b[i][j] = (i * (j + 1) % kN) / (double)kN;
      c[i][j] = ((i + 1) * j % kN) / (double)kN;
    }
  }
  for (int round = 0; round < kRounds; ++round) {
    for (int i = 0; i < kN; ++i) {
      for (int j = 0; j < kN; ++j) c[i][j] *= 0.9;
      for (int k = 0; k < kN; ++k) {
        for (int j = 0; j < kN; ++j) c[i][j] += 1.5 * a[i][k] * b[k][j];
      }
    }
  }
  uint64_t result = 0;
  for (int i = 0; i < kN; ++i) result = Mix(result, BitsOf(c[i][(7 * i) % kN]));
  return (int64_t)result;
}
