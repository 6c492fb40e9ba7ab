/* Recursive Fibonacci: calls and nothing else. */
#include "kernel.h"

/* An engine that sees the whole module would compute a constant's once for all lines. */
static volatile int last = 38;

static int Fib(int n) { return n < 2 ? n : Fib(n - 1) + Fib(n - 2); }

int64_t run(void) { return Fib(last); }
