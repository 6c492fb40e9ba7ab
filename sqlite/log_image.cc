#include "sqlite/log_image.h"

#include <fcntl.h>
#include <sys/mman.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

namespace perdure {
namespace {

// Direct writes begin and end at multiples of it, in the file and in memory: a multiple of what any
// device asks for.
constexpr int64_t kBlockBytes = 4096;
static_assert(LogImage::kBytes % kBlockBytes == 0);

constexpr int64_t BlockBefore(int64_t offset) { return offset / kBlockBytes * kBlockBytes; }
constexpr int64_t BlockAfter(int64_t offset) { return BlockBefore(offset + kBlockBytes - 1); }

// Not being able to, as opposed to not having managed to.
bool IsRefusal(int error) {
  return error == EINVAL || error == EOPNOTSUPP || error == ENOSYS || error == EPERM;
}

}  // namespace

LogImage::~LogImage() {
  CloseDirect();
  if (bytes_ != nullptr) munmap(bytes_, kBytes);
}

bool LogImage::Write(const void* bytes, int64_t size, int64_t offset) {
  if (offset + size > kBytes || offset > held_) return false;
  if (bytes_ == nullptr) {
    void* mapped =
        mmap(nullptr, kBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (mapped == MAP_FAILED) return false;
    bytes_ = static_cast<uint8_t*>(mapped);
  }
  std::memcpy(bytes_ + offset, bytes, static_cast<size_t>(size));
  begin_ = HasGathered() ? std::min(begin_, offset) : offset;
  end_ = std::max(end_, offset + size);
  held_ = std::max(held_, offset + size);
  return true;
}

void LogImage::WrittenThrough(int64_t size, int64_t offset) {
  if (size > 0 && offset < held_) Forget(offset);
}

bool LogImage::Read(void* out, int64_t size, int64_t offset) const {
  if (offset + size > held_) return false;
  std::memcpy(out, bytes_ + offset, static_cast<size_t>(size));
  return true;
}

void LogImage::Truncate(int64_t size) {
  if (size < held_) Forget(size);
}

void LogImage::GiveUp(int64_t offset) {
  if (HasGathered() && offset < end_) Forget(std::max(offset, begin_));
}

// (G1)
void LogImage::Forget(int64_t from) {
  std::memset(bytes_ + from, 0, static_cast<size_t>(held_ - from));
  held_ = from;
  end_ = std::min(end_, from);
  if (begin_ >= end_) Settle();
}

void LogImage::OpenDirect(const char* path) {
  CloseDirect();
  direct_ = open(path, O_WRONLY | O_DIRECT | O_CLOEXEC);
}

void LogImage::CloseDirect() {
  if (direct_ >= 0) close(direct_);
  direct_ = -1;
}

int64_t LogImage::DirectEnd() const { return BlockAfter(end_); }

LogImage::Direct LogImage::WriteDirectly(int64_t* written) {
  if (direct_ < 0) return Direct::kRefused;
  const int64_t from = BlockBefore(begin_), to = BlockAfter(end_);
  for (int64_t at = from; at < to;) {
    const iovec piece = {bytes_ + at, static_cast<size_t>(to - at)};
    const ssize_t done = pwritev2(direct_, &piece, 1, at, RWF_DSYNC);
    const int error = done < 0 ? errno : 0;
    if (error == EINTR) continue;
    if (done > 0 && done % kBlockBytes == 0) {
      at += done;
      continue;
    }
    CloseDirect();
    if (IsRefusal(error) && at == from) return Direct::kRefused;
    return error == ENOSPC || error == EDQUOT ? Direct::kNoRoom : Direct::kFailed;
  }
  *written = to - from;
  held_ = std::max(held_, to);
  Settle();
  return Direct::kWritten;
}

}  // namespace perdure
