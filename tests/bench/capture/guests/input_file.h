/* A file system of one file, standard input: with it whatever in SQLite reads a file may block, as
 * in a program that keeps a database. The statements of the benchmark stay in memory. */
#pragma once

typedef struct {
  sqlite3_file base;
  int descriptor;
} InputFile;

static int CloseInput(sqlite3_file* file) { return close(((InputFile*)file)->descriptor); }
static int ReadInput(sqlite3_file* file, void* to, int size, sqlite3_int64 offset) {
  const int descriptor = ((InputFile*)file)->descriptor;
  if (lseek(descriptor, offset, SEEK_SET) < 0) return SQLITE_IOERR_READ;
  return read(descriptor, to, (size_t)size) == size ? SQLITE_OK : SQLITE_IOERR_SHORT_READ;
}
static int WriteInput(sqlite3_file* file, const void* from, int size, sqlite3_int64 offset) {
  const int descriptor = ((InputFile*)file)->descriptor;
  if (lseek(descriptor, offset, SEEK_SET) < 0) return SQLITE_IOERR_WRITE;
  return write(descriptor, from, (size_t)size) == size ? SQLITE_OK : SQLITE_IOERR_WRITE;
}
static int ChangeNothing(sqlite3_file* file, sqlite3_int64 size) {
  (void)file, (void)size;
  return SQLITE_OK;
}
static int DoNothing(sqlite3_file* file, int what) {
  (void)file, (void)what;
  return SQLITE_OK;
}
static int SizeOfInput(sqlite3_file* file, sqlite3_int64* size) {
  *size = lseek(((InputFile*)file)->descriptor, 0, SEEK_END);
  return SQLITE_OK;
}
static int IsReserved(sqlite3_file* file, int* result) {
  (void)file;
  *result = 0;
  return SQLITE_OK;
}
static int KnowNothing(sqlite3_file* file, int operation, void* argument) {
  (void)file, (void)operation, (void)argument;
  return SQLITE_NOTFOUND;
}
static int BeOrdinary(sqlite3_file* file) {
  (void)file;
  return 0;
}

static const sqlite3_io_methods kInputMethods = {
    1,         CloseInput, ReadInput,  WriteInput,  ChangeNothing, DoNothing, SizeOfInput,
    DoNothing, DoNothing,  IsReserved, KnowNothing, BeOrdinary,    BeOrdinary};

static int OpenNothing(sqlite3_vfs* vfs, const char* name, sqlite3_file* file, int flags,
                       int* out) {
  (void)vfs, (void)name, (void)flags, (void)out;
  file->pMethods = &kInputMethods;
  ((InputFile*)file)->descriptor = STDIN_FILENO;
  return SQLITE_OK;
}
