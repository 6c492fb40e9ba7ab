// Attributes of files, for fd_filestat_* and path_filestat_*.
#pragma once

#include <sys/stat.h>

#include <cstdint>

#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {

Filestat FilestatOf(const struct stat& info);

// The two times of utimensat(2) for a guest's times and fst_flags. kInval: flags that exclude each
// other, or unknown ones.
Errno TimesOf(uint64_t atim, uint64_t mtim, uint32_t flags, timespec* times);

}  // namespace perdure::wasi
