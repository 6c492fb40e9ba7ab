/* Preloaded into a program under test: all clocks are PERDURE_CLOCK_OFFSET seconds ahead. */
#define _GNU_SOURCE
#include <stdlib.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static long offset;

__attribute__((constructor)) static void read_offset(void) {
  const char* text = getenv("PERDURE_CLOCK_OFFSET");
  if (text != NULL) offset = strtol(text, NULL, 10);
}

int clock_gettime(clockid_t clock, struct timespec* now) {
  const int result = (int)syscall(SYS_clock_gettime, clock, now);
  if (result == 0) now->tv_sec += offset;
  return result;
}
