// Functions of the C library that Lua's os and io libraries want and a WASI program cannot have.
// They fail as C allows, so os.tmpname(), io.tmpfile() and os.execute() report an error.
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

char* tmpnam(char* name) {
  (void)name;
  return NULL;
}

FILE* tmpfile(void) {
  errno = ENOTSUP;
  return NULL;
}

int system(const char* command) {
  if (command == NULL) return 0;  // there is no shell
  errno = ENOTSUP;
  return -1;
}
