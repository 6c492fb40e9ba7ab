/* SQLite as a part of the unit that includes this, for databases in memory. SQLite's amalgamation
 * comes from elsewhere (-I). */
#pragma once

#define SQLITE_THREADSAFE 0
#define SQLITE_OMIT_LOAD_EXTENSION
#define SQLITE_OS_OTHER 1
#define SQLITE_TEMP_STORE 3
#define SQLITE_OMIT_LOCALTIME
#define SQLITE_OMIT_WAL
#include "sqlite3.c"

#ifdef SQLITE_READS_INPUT
#include "tests/bench/capture/guests/input_file.h"
#else
/* A file system in which nothing can be opened. */
static int OpenNothing(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                       int* out) {
  (void)vfs, (void)name, (void)flags, (void)out;
  file->pMethods = NULL;
  return SQLITE_CANTOPEN;
}
#endif
static int SameRandomness(sqlite3_vfs* vfs, int count, char* out) {
  (void)vfs;
  memset(out, 7, (size_t)count);
  return count;
}
static int NoTime(sqlite3_vfs* vfs, double* out) {
  (void)vfs;
  *out = 0;
  return SQLITE_OK;
}

int sqlite3_os_init(void) {
  static sqlite3_vfs vfs = {.iVersion = 1,
                            .szOsFile = sizeof(sqlite3_file) + 16,
                            .mxPathname = 64,
                            .zName = "none",
                            .xOpen = OpenNothing,
                            .xRandomness = SameRandomness,
                            .xCurrentTime = NoTime};
  return sqlite3_vfs_register(&vfs, 1);
}
int sqlite3_os_end(void) { return SQLITE_OK; }
