/* SQLite as a command: each line has it run the statements once. */
#define PERDURE_BENCH_COMMAND
#define SQLITE_READS_INPUT
#include <inttypes.h>
#include <stdio.h>
#include <unistd.h>

#include "tests/bench/run/kernels/sqlite.c"

int main(void) {
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%" PRId64 "\n", run());
    fflush(stdout);
  }
  return 0;
}
