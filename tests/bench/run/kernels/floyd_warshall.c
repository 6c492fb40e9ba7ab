/* All shortest paths, of doubles. */
#include "kernel.h"

enum { kN = 580 };
static double path[kN][kN];

int64_t run(void) {
  for (int i = 0; i < kN; ++i) {
    for (int j = 0; j < kN; ++j) {
      path[i][j] = i * j % 7 + 1;
      if ((i + j) % 13 == 0 || (i + j) % 7 == 0 || (i + j) % 11 == 0) path[i][j] = 999;
    }
  }
  for (int k = 0; k < kN; ++k) {
    for (int i = 0; i < kN; ++i) {
      for (int j = 0; j < kN; ++j) {
        const double through = path[i][k] + path[k][j];
        path[i][j] = path[i][j] < through ? path[i][j] : through;
      }
    }
  }
  uint64_t result = 0;
  for (int i = 0; i < kN; ++i) result = Mix(result, BitsOf(path[i][(7 * i) % kN]));
  return (int64_t)result;
}
