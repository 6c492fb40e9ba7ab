/* SQLite as a command: each line has it run the statements once. */
#define PERDURE_BENCH_COMMAND
#define SQLITE_READS_INPUT
#include <unistd.h>

#include "tests/bench/run/kernels/sqlite.c"
#include "tests/bench/run/loops/native.c"
