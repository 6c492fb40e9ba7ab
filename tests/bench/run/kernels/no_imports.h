/* WASI functions that do nothing, for guests whose C library would import them: a kernel imports
 * nothing, so that every engine can run it alike. (A command does import them.) */
#pragma once

#if defined(__wasm__) && !defined(PERDURE_BENCH_COMMAND)
#include <stdint.h>

#ifdef __cplusplus
extern "C" {
#endif

/* There are no descriptors: EBADF of WASI, which also ends the list of preopened folders. */
enum { kBadDescriptor = 8 };

#define NO_IMPORT(name, ...) \
  int32_t __imported_wasi_snapshot_preview1_##name(__VA_ARGS__) { return kBadDescriptor; }
NO_IMPORT(fd_close, int32_t)
NO_IMPORT(fd_fdstat_get, int32_t, int32_t)
NO_IMPORT(fd_fdstat_set_flags, int32_t, int32_t)
NO_IMPORT(fd_filestat_get, int32_t, int32_t)
NO_IMPORT(fd_prestat_dir_name, int32_t, int32_t, int32_t)
NO_IMPORT(fd_prestat_get, int32_t, int32_t)
NO_IMPORT(fd_read, int32_t, int32_t, int32_t, int32_t)
NO_IMPORT(fd_renumber, int32_t, int32_t)
NO_IMPORT(fd_seek, int32_t, int64_t, int32_t, int32_t)
NO_IMPORT(fd_sync, int32_t)
NO_IMPORT(fd_write, int32_t, int32_t, int32_t, int32_t)
NO_IMPORT(clock_time_get, int32_t, int64_t, int32_t)
NO_IMPORT(environ_get, int32_t, int32_t)
NO_IMPORT(environ_sizes_get, int32_t, int32_t)
NO_IMPORT(path_filestat_get, int32_t, int32_t, int32_t, int32_t, int32_t)
NO_IMPORT(path_open, int32_t, int32_t, int32_t, int32_t, int32_t, int64_t, int64_t, int32_t,
          int32_t)
NO_IMPORT(path_unlink_file, int32_t, int32_t, int32_t)
NO_IMPORT(poll_oneoff, int32_t, int32_t, int32_t, int32_t)
NO_IMPORT(random_get, int32_t, int32_t)
#undef NO_IMPORT
__attribute__((noreturn)) void __imported_wasi_snapshot_preview1_proc_exit(int32_t status) {
  (void)status;
  __builtin_trap();
}

#ifdef __cplusplus
}
#endif
#endif
