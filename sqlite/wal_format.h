// SQLite's write-ahead log, as far as we look at it
// (https://www.sqlite.org/fileformat2.html#walformat).
#pragma once

#include <cstdint>

namespace perdure {

inline constexpr int64_t kDatabasePageBytes = 4096;
inline constexpr int64_t kWalHeaderBytes = 32;
inline constexpr int64_t kWalFrameHeaderBytes = 24;
inline constexpr int64_t kWalFrameBytes = kWalFrameHeaderBytes + kDatabasePageBytes;

}  // namespace perdure
