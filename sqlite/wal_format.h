// SQLite's write-ahead log, as far as we look at it
// (https://www.sqlite.org/fileformat2.html#walformat).
#pragma once

#include <cstdint>

namespace perdure {

inline constexpr int64_t kDatabasePageBytes = 4096;
inline constexpr int64_t kWalHeaderBytes = 32;
// What a log begins with, instead of a header, when all that was in it has been moved into the file
// and its process has ended: no magic number of SQLite's, so whoever opens it finds an empty log.
inline constexpr char kClosedLogMark[] = "perdure: closed, nothing in here";
static_assert(sizeof(kClosedLogMark) - 1 == kWalHeaderBytes);

inline constexpr int64_t kWalFrameHeaderBytes = 24;
inline constexpr int64_t kWalFrameBytes = kWalFrameHeaderBytes + kDatabasePageBytes;

}  // namespace perdure
