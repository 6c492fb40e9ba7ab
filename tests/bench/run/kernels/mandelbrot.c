/* The Mandelbrot set: doubles in registers, no memory. */
#include "kernel.h"

int64_t run(void) {
  enum { kSide = 640, kIterations = 400 };
  uint64_t result = 0;
  for (int y = 0; y < kSide; ++y) {
    for (int x = 0; x < kSide; ++x) {
      const double cr = 3.0 * x / kSide - 2.0, ci = 2.4 * y / kSide - 1.2;
      double zr = 0, zi = 0;
      int n = 0;
      for (; n < kIterations && zr * zr + zi * zi < 4.0; ++n) {
        const double t = zr * zr - zi * zi + cr;
        zi = 2.0 * zr * zi + ci;
        zr = t;
      }
      result += (uint64_t)n * (uint64_t)(x + 1);
    }
  }
  return (int64_t)result;
}
