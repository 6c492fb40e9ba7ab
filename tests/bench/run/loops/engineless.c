/* A kernel as perdure compiled it, without the engine: no events, no state, no store. A host
 * library of the program, which it is linked into whole: where PERDURE_BENCH_ENGINELESS is set,
 * its main is never reached. So the same code at the same addresses runs with the engine and
 * without. */
#include <inttypes.h>
#include <perdure/program.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

extern const perdure_program perdure_app_program;

typedef uint64_t (*Run)(void* instance);

static wasm_rt_function_ptr_t Exported(const perdure_program* program, const char* name) {
  for (uint32_t i = 0; i < program->export_count; ++i) {
    if (strcmp(program->exports[i].name, name) == 0) {
      return program->functions[program->exports[i].index].func;
    }
  }
  return NULL;
}

static int Answer(void) {
  const perdure_program* program = &perdure_app_program;
  void* instance = aligned_alloc(program->instance_align, program->instance_size);
  Run run = (Run)Exported(program, "run");
  if (instance == NULL || run == NULL) return 1;
  memset(instance, 0, program->instance_size);
  program->instantiate(instance, NULL);
  wasm_rt_function_ptr_t initialize = Exported(program, "_initialize");
  if (initialize != NULL) ((void (*)(void*))initialize)(instance);
  char line[64];
  while (fgets(line, sizeof line, stdin) != NULL) {
    printf("%" PRId64 "\n", (int64_t)run(instance));
    fflush(stdout);
  }
  return 0;
}

__attribute__((constructor)) static void Begin(void) {
  if (getenv("PERDURE_BENCH_ENGINELESS") != NULL) _Exit(Answer());
}
