/* Usage: loader LIBRARY NAME ARGUMENT...: loads a shared library and runs a command line against
 * the program in it. Several of them, separated by "--", in one process. */
#include <dlfcn.h>
#include <stdio.h>
#include <string.h>

typedef int Main(int argc, char** argv, const void* program, const void* store);

static int Run(int argc, char** argv) {
  char symbol[128];
  snprintf(symbol, sizeof symbol, "perdure_%s_program", argv[1]);
  void* library = dlopen(argv[0], RTLD_NOW | RTLD_LOCAL);
  if (library == NULL) {
    fprintf(stderr, "%s\n", dlerror());
    return 1;
  }
  Main* run = (Main*)dlsym(library, "perdure_main");
  const void* program = dlsym(library, symbol);
  const void* store = dlsym(library, "perdure_sqlite_store");
  if (run == NULL || program == NULL || store == NULL) {
    fprintf(stderr, "%s has not what a library has to have\n", argv[0]);
    return 1;
  }
  const int status = run(argc - 1, argv + 1, program, store);
  dlclose(library);
  return status;
}

int main(int argc, char** argv) {
  int status = 0;
  for (int begin = 1; begin < argc;) {
    int end = begin;
    while (end < argc && strcmp(argv[end], "--") != 0) ++end;
    if (end - begin < 3) return 2;
    status = Run(end - begin, argv + begin);
    printf("= %d\n", status);
    fflush(stdout);
    begin = end + 1;
  }
  return status;
}
