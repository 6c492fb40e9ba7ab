/* Preloaded into a program under test: SIGKILL at a chosen system call.
 *
 *   PERDURE_KILL_AT=CALL:N:before|after
 *
 * CALL is "output" (a write to descriptor 1) or "any" (that, or one that changes or flushes a
 * file, or reads). "after": the call has had its effect, and the process does not live to see
 * that. */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static long left = -1;
static int only_output, after;

__attribute__((constructor)) static void read_orders(void) {
  const char* orders = getenv("PERDURE_KILL_AT");
  if (orders == NULL) return;
  only_output = strncmp(orders, "output:", 7) == 0;
  left = strtol(strchr(orders, ':') + 1, NULL, 10);
  after = strstr(orders, ":after") != NULL;
}

/* 1: die when the call is done. */
static int is_the_one(int is_output) {
  if (left < 0 || (only_output && !is_output) || left-- != 0) return 0;
  if (!after) raise(SIGKILL);
  return 1;
}

#define REAL(name) ((__typeof__(&name))dlsym(RTLD_NEXT, #name))
#define INTERPOSE(type, name, parameters, arguments, is_output) \
  type name parameters {                                        \
    const int dies = is_the_one(is_output);                     \
    const type result = REAL(name) arguments;                   \
    if (dies) raise(SIGKILL);                                   \
    return result;                                              \
  }

INTERPOSE(ssize_t, write, (int fd, const void* bytes, size_t length), (fd, bytes, length), fd == 1)
INTERPOSE(ssize_t, pwrite, (int fd, const void* bytes, size_t length, off_t at),
          (fd, bytes, length, at), 0)
INTERPOSE(ssize_t, pwrite64, (int fd, const void* bytes, size_t length, off64_t at),
          (fd, bytes, length, at), 0)
INTERPOSE(int, fdatasync, (int fd), (fd), 0)
INTERPOSE(int, fsync, (int fd), (fd), 0)
INTERPOSE(int, ftruncate, (int fd, off_t length), (fd, length), 0)
INTERPOSE(int, ftruncate64, (int fd, off64_t length), (fd, length), 0)
INTERPOSE(ssize_t, read, (int fd, void* bytes, size_t length), (fd, bytes, length), 0)
INTERPOSE(ssize_t, tee, (int from, int to, size_t length, unsigned flags),
          (from, to, length, flags), 0)
INTERPOSE(int, unlink, (const char* path), (path), 0)
