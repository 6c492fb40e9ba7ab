/* Recursive Fibonacci: calls and nothing else. */
#include "kernel.h"

static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }

int64_t run(void) { return Fib(38); }
