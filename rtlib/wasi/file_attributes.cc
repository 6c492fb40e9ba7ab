#include "rtlib/wasi/file_attributes.h"

#include "rtlib/wasi/file_identity.h"

namespace perdure::wasi {
namespace {

constexpr uint64_t kNsPerSecond = 1'000'000'000;

// A time before 1970 has no number in preview1.
uint64_t Nanoseconds(const timespec& time) {
  if (time.tv_sec < 0) return 0;
  return static_cast<uint64_t>(time.tv_sec) * kNsPerSecond + static_cast<uint64_t>(time.tv_nsec);
}

timespec TimeOf(uint64_t ns, bool set, bool now) {
  if (now) return {.tv_sec = 0, .tv_nsec = UTIME_NOW};
  if (!set) return {.tv_sec = 0, .tv_nsec = UTIME_OMIT};
  return {.tv_sec = static_cast<time_t>(ns / kNsPerSecond),
          .tv_nsec = static_cast<long>(ns % kNsPerSecond)};  // NOLINT(google-runtime-int)
}

}  // namespace

Filestat FilestatOf(const struct stat& info) {
  Filestat stat = {};
  stat.dev = info.st_dev;
  stat.ino = info.st_ino;
  stat.filetype = static_cast<uint8_t>(FiletypeOf(info.st_mode));
  stat.nlink = info.st_nlink;
  stat.size = static_cast<uint64_t>(info.st_size);
  stat.atim = Nanoseconds(info.st_atim);
  stat.mtim = Nanoseconds(info.st_mtim);
  stat.ctim = Nanoseconds(info.st_ctim);
  return stat;
}

Errno TimesOf(uint64_t atim, uint64_t mtim, uint32_t flags, timespec* times) {
  constexpr uint32_t kBothAtim = kFstflagsAtim | kFstflagsAtimNow;
  constexpr uint32_t kBothMtim = kFstflagsMtim | kFstflagsMtimNow;
  if ((flags & ~kFstflagsAll) != 0 || (flags & kBothAtim) == kBothAtim ||
      (flags & kBothMtim) == kBothMtim) {
    return Errno::kInval;
  }
  times[0] = TimeOf(atim, (flags & kFstflagsAtim) != 0, (flags & kFstflagsAtimNow) != 0);
  times[1] = TimeOf(mtim, (flags & kFstflagsMtim) != 0, (flags & kFstflagsMtimNow) != 0);
  return Errno::kSuccess;
}

}  // namespace perdure::wasi
