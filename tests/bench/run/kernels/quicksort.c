/* Quicksort of integers, recursive, with insertion sort below 12 elements. */
#include "kernel.h"

enum { kCount = 1000000 };
static int32_t numbers[kCount];

static void Sort(int32_t* a, int n) {
  while (n > 12) {
    const int32_t pivot = a[n / 2];
    int i = 0, j = n - 1;
    while (i <= j) {
      while (a[i] < pivot) ++i;
      while (a[j] > pivot) --j;
      if (i > j) break;
      const int32_t t = a[i];
      a[i++] = a[j];
      a[j--] = t;
    }
    if (j + 1 < n - i) {
      Sort(a, j + 1);
      a += i;
      n -= i;
    } else {
      Sort(a + i, n - i);
      n = j + 1;
    }
  }
  for (int i = 1; i < n; ++i) {
    const int32_t x = a[i];
    int j = i;
    for (; j > 0 && a[j - 1] > x; --j) a[j] = a[j - 1];
    a[j] = x;
  }
}

int64_t run(void) {
  uint64_t random = 2, result = 0;
  for (int i = 0; i < kCount; ++i) numbers[i] = (int32_t)NextRandom(&random);
  Sort(numbers, kCount);
  for (int i = 0; i < kCount; i += 97) result = Mix(result, (uint32_t)numbers[i]);
  for (int i = 1; i < kCount; ++i) {
    if (numbers[i - 1] > numbers[i]) return -1;
  }
  return (int64_t)result;
}
