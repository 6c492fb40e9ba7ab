// What StateVfs keeps for an open file; the wrapped layer's own data follows it in memory.
#pragma once

#include <sqlite3.h>

#include <cstdint>

#include "sqlite/state_vfs.h"

namespace perdure {

struct alignas(8) StateVfs::File {
  sqlite3_file base = {};  // first: SQLite sees only this
  StateVfs* vfs = nullptr;
  int64_t end = 0;  // of the log: size of the file
};

}  // namespace perdure
