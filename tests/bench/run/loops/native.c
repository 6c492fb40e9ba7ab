/* A kernel as a native program: for each line read, runs it and prints the result. */
#include <inttypes.h>
#include <stdio.h>

int64_t run(void);

int main(void) {
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%" PRId64 "\n", run());
    fflush(stdout);
  }
  return 0;
}
