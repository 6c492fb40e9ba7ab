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
  // Of the log: what it begins with is the mark of a closed log, or a header that took its place
  // and is not synced yet.
  enum class Start : uint8_t { kHeader, kMark, kNewHeader } start = Start::kHeader;
};

}  // namespace perdure
