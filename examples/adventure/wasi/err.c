// wasi-libc declares these and has no definitions.
#include <err.h>
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void Complain(const char* format, va_list arguments, int error) {
  fputs("adventure: ", stderr);
  if (format != NULL) vfprintf(stderr, format, arguments);
  if (error != 0) fprintf(stderr, format != NULL ? ": %s" : "%s", strerror(error));
  fputc('\n', stderr);
}

void err(int status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Complain(format, arguments, errno);
  exit(status);
}

void errx(int status, const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Complain(format, arguments, 0);
  exit(status);
}

void warn(const char* format, ...) {
  va_list arguments;
  va_start(arguments, format);
  Complain(format, arguments, errno);
  va_end(arguments);
}
