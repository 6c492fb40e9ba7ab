/* Cholesky decomposition of doubles: dot products, a division, a square root. */
#include <math.h>

#include "kernel.h"

enum { kN = 880 };
static double a[kN][kN];

int64_t run(void) {
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) a[i][j] = i == j ? kN + 1 : (i * j % 17) / 17.0 - 0.4;
  }
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < i; ++j) {
      for (int k = 0; k < j; ++k) a[i][j] -= a[i][k] * a[j][k];
      a[i][j] /= a[j][j];
    }
    for (int k = 0; k < i; ++k) a[i][i] -= a[i][k] * a[i][k];
    a[i][i] = sqrt(a[i][i]);
  }
  uint64_t result = 0;
  for (int i = 0; i < kN; ++i) result = Mix(result, BitsOf(a[i][i / 3]));
  return (int64_t)result;
}
