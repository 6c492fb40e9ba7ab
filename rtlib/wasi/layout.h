// Numbers and layouts of wasi_snapshot_preview1, under the names of the specification
// (typenames.witx).
#pragma once

#include <cstdint>

namespace perdure::wasi {

enum class Errno : uint16_t {
  kSuccess = 0,
  kAgain = 6,
  kBadf = 8,
  kFault = 21,
  kIntr = 27,
  kInval = 28,
  kIo = 29,
  kNotsup = 58,
  kOverflow = 61,
  kSpipe = 70,
};

enum class Clockid : uint32_t {
  kRealtime = 0,
  kMonotonic = 1,
  kProcessCputimeId = 2,
  kThreadCputimeId = 3,
};

enum class Filetype : uint8_t { kCharacterDevice = 2 };

inline constexpr uint32_t kFdflagsAppend = 1 << 0;

inline constexpr uint64_t kRightsFdRead = 1 << 1;
inline constexpr uint64_t kRightsFdFdstatSetFlags = 1 << 3;
inline constexpr uint64_t kRightsFdWrite = 1 << 6;
inline constexpr uint64_t kRightsPollFdReadwrite = 1 << 27;

// A pointer and a length in guest memory, for fd_read and fd_write.
struct Iovec {
  uint32_t buf;
  uint32_t buf_len;
};
static_assert(sizeof(Iovec) == 8);

struct Fdstat {
  uint8_t fs_filetype;
  uint8_t padding0;
  uint16_t fs_flags;
  uint8_t padding1[4];
  uint64_t fs_rights_base;
  uint64_t fs_rights_inheriting;
};
static_assert(sizeof(Fdstat) == 24);

inline constexpr uint32_t kStdin = 0;
inline constexpr uint32_t kStdout = 1;
inline constexpr uint32_t kStderr = 2;

}  // namespace perdure::wasi
