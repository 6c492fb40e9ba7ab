// Numbers and layouts of wasi_snapshot_preview1, under the names of the specification
// (typenames.witx). The numbers of errno are in errno.h.
#pragma once

#include <cstddef>
#include <cstdint>

namespace perdure::wasi {

enum class Clockid : uint32_t {
  kRealtime = 0,
  kMonotonic = 1,
  kProcessCputimeId = 2,
  kThreadCputimeId = 3,
};

enum class Filetype : uint8_t {
  kUnknown = 0,
  kBlockDevice = 1,
  kCharacterDevice = 2,
  kDirectory = 3,
  kRegularFile = 4,
  kSocketDgram = 5,
  kSocketStream = 6,
  kSymbolicLink = 7,
};

constexpr bool IsSocketType(Filetype type) {
  return type == Filetype::kSocketDgram || type == Filetype::kSocketStream;
}

inline constexpr uint32_t kFdflagsAppend = 1 << 0;
inline constexpr uint32_t kFdflagsDsync = 1 << 1;
inline constexpr uint32_t kFdflagsNonblock = 1 << 2;
inline constexpr uint32_t kFdflagsRsync = 1 << 3;
inline constexpr uint32_t kFdflagsSync = 1 << 4;
inline constexpr uint32_t kFdflagsAll = (1 << 5) - 1;

inline constexpr uint64_t kRightsFdDatasync = 1 << 0;
inline constexpr uint64_t kRightsFdRead = 1 << 1;
inline constexpr uint64_t kRightsFdSeek = 1 << 2;
inline constexpr uint64_t kRightsFdFdstatSetFlags = 1 << 3;
inline constexpr uint64_t kRightsFdSync = 1 << 4;
inline constexpr uint64_t kRightsFdTell = 1 << 5;
inline constexpr uint64_t kRightsFdWrite = 1 << 6;
inline constexpr uint64_t kRightsFdAdvise = 1 << 7;
inline constexpr uint64_t kRightsFdAllocate = 1 << 8;
inline constexpr uint64_t kRightsPathCreateDirectory = 1 << 9;
inline constexpr uint64_t kRightsPathCreateFile = 1 << 10;
inline constexpr uint64_t kRightsPathLinkSource = 1 << 11;
inline constexpr uint64_t kRightsPathLinkTarget = 1 << 12;
inline constexpr uint64_t kRightsPathOpen = 1 << 13;
inline constexpr uint64_t kRightsFdReaddir = 1 << 14;
inline constexpr uint64_t kRightsPathReadlink = 1 << 15;
inline constexpr uint64_t kRightsPathRenameSource = 1 << 16;
inline constexpr uint64_t kRightsPathRenameTarget = 1 << 17;
inline constexpr uint64_t kRightsPathFilestatGet = 1 << 18;
inline constexpr uint64_t kRightsPathFilestatSetSize = 1 << 19;
inline constexpr uint64_t kRightsPathFilestatSetTimes = 1 << 20;
inline constexpr uint64_t kRightsFdFilestatGet = 1 << 21;
inline constexpr uint64_t kRightsFdFilestatSetSize = 1 << 22;
inline constexpr uint64_t kRightsFdFilestatSetTimes = 1 << 23;
inline constexpr uint64_t kRightsPathSymlink = 1 << 24;
inline constexpr uint64_t kRightsPathRemoveDirectory = 1 << 25;
inline constexpr uint64_t kRightsPathUnlinkFile = 1 << 26;
inline constexpr uint64_t kRightsPollFdReadwrite = 1 << 27;
inline constexpr uint64_t kRightsSockShutdown = 1 << 28;
inline constexpr uint64_t kRightsSockAccept = 1 << 29;
inline constexpr uint64_t kRightsAll = (1 << 30) - 1;

// What makes sense for a descriptor of a type: the most that one of the type can have.
inline constexpr uint64_t kRightsOfFile =
    kRightsFdDatasync | kRightsFdRead | kRightsFdSeek | kRightsFdFdstatSetFlags | kRightsFdSync |
    kRightsFdTell | kRightsFdWrite | kRightsFdAdvise | kRightsFdAllocate | kRightsFdFilestatGet |
    kRightsFdFilestatSetSize | kRightsFdFilestatSetTimes | kRightsPollFdReadwrite;
inline constexpr uint64_t kRightsOfDirectory =
    kRightsFdFdstatSetFlags | kRightsFdSync | kRightsFdAdvise | kRightsPathCreateDirectory |
    kRightsPathCreateFile | kRightsPathLinkSource | kRightsPathLinkTarget | kRightsPathOpen |
    kRightsFdReaddir | kRightsPathReadlink | kRightsPathRenameSource | kRightsPathRenameTarget |
    kRightsPathFilestatGet | kRightsPathFilestatSetSize | kRightsPathFilestatSetTimes |
    kRightsFdFilestatGet | kRightsFdFilestatSetTimes | kRightsPathSymlink |
    kRightsPathRemoveDirectory | kRightsPathUnlinkFile | kRightsPollFdReadwrite;
inline constexpr uint64_t kRightsOfStream = kRightsFdRead | kRightsFdFdstatSetFlags |
                                            kRightsFdWrite | kRightsFdFilestatGet |
                                            kRightsPollFdReadwrite;
inline constexpr uint64_t kRightsOfSocket =
    kRightsOfStream | kRightsSockShutdown | kRightsSockAccept;

inline constexpr uint32_t kLookupSymlinkFollow = 1 << 0;

inline constexpr uint32_t kOflagsCreat = 1 << 0;
inline constexpr uint32_t kOflagsDirectory = 1 << 1;
inline constexpr uint32_t kOflagsExcl = 1 << 2;
inline constexpr uint32_t kOflagsTrunc = 1 << 3;
inline constexpr uint32_t kOflagsAll = (1 << 4) - 1;

inline constexpr uint32_t kFstflagsAtim = 1 << 0;
inline constexpr uint32_t kFstflagsAtimNow = 1 << 1;
inline constexpr uint32_t kFstflagsMtim = 1 << 2;
inline constexpr uint32_t kFstflagsMtimNow = 1 << 3;
inline constexpr uint32_t kFstflagsAll = (1 << 4) - 1;

enum class Whence : uint32_t { kSet = 0, kCur = 1, kEnd = 2 };

inline constexpr uint32_t kRiflagsRecvPeek = 1 << 0;
inline constexpr uint32_t kRiflagsRecvWaitall = 1 << 1;
inline constexpr uint32_t kRiflagsAll = (1 << 2) - 1;
inline constexpr uint16_t kRoflagsRecvDataTruncated = 1 << 0;
inline constexpr uint32_t kSdflagsRd = 1 << 0;
inline constexpr uint32_t kSdflagsWr = 1 << 1;

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

struct Filestat {
  uint64_t dev;
  uint64_t ino;
  uint8_t filetype;
  uint8_t padding[7];
  uint64_t nlink;
  uint64_t size;
  uint64_t atim;
  uint64_t mtim;
  uint64_t ctim;
};
static_assert(sizeof(Filestat) == 64);

struct Prestat {
  uint8_t tag;  // 0: a directory
  uint8_t padding[3];
  uint32_t pr_name_len;
};
static_assert(sizeof(Prestat) == 8);

// Followed by the name, without a NUL.
struct Dirent {
  uint64_t d_next;
  uint64_t d_ino;
  uint32_t d_namlen;
  uint8_t d_type;
  uint8_t padding[3];
};
static_assert(sizeof(Dirent) == 24);

enum class Eventtype : uint8_t { kClock = 0, kFdRead = 1, kFdWrite = 2 };

inline constexpr uint16_t kSubclockflagsAbstime = 1 << 0;

struct SubscriptionClock {
  uint32_t id;
  uint32_t padding0;
  uint64_t timeout;
  uint64_t precision;
  uint16_t flags;
  uint8_t padding1[6];
};

struct Subscription {
  uint64_t userdata;
  uint8_t tag;  // Eventtype
  uint8_t padding[7];
  union {
    SubscriptionClock clock;
    uint32_t file_descriptor;
  };
};
static_assert(sizeof(Subscription) == 48 && offsetof(Subscription, clock) == 16);

inline constexpr uint16_t kEventrwflagsHangup = 1 << 0;

struct Event {
  uint64_t userdata;
  uint16_t error;
  uint8_t type;  // Eventtype
  uint8_t padding0[5];
  uint64_t nbytes;
  uint16_t flags;
  uint8_t padding1[6];
};
static_assert(sizeof(Event) == 32 && offsetof(Event, nbytes) == 16);

inline constexpr uint32_t kStdin = 0;
inline constexpr uint32_t kStdout = 1;
inline constexpr uint32_t kStderr = 2;

}  // namespace perdure::wasi
