/* Lua as a command: a line names a script, the answer is its result. */
#define PERDURE_BENCH_COMMAND
#include "tests/bench/run/kernels/lua.c"

#include <inttypes.h>
#include <stdio.h>

int main(void) {
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    const char* script = kFib;
    if (line[0] == 'n') script = kNbody;
    if (line[0] == 's') script = kStrings;
    printf("%" PRId64 "\n", RunScript(script));
    fflush(stdout);
  }
  return 0;
}
