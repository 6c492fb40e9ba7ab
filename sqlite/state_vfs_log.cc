// The part of StateVfs that looks after the write-ahead log: gathering it, growing it ahead,
// cutting it back.
#include <algorithm>

#include "sqlite/state_vfs.h"
#include "sqlite/state_vfs_file.h"
#include "sqlite/wal_format.h"

namespace perdure {
namespace {

// A process that delivers an event or two and ends should not write zeros for those it never has.
constexpr int64_t kGrowFromBytes = 64 * 1024;
// The log starts over from its beginning when it is longer than kCheckpointPages; growing it
// further than that plus one event of ordinary size is for nothing.
constexpr int64_t kGrowToBytes = 5 * 512 * 1024;
constexpr int64_t kGrowStepBytesMax = 256 * 1024;

// SQLite's unix layer takes less than 128 KiB at a time.
constexpr int64_t kWriteBytesMax = 64 * 1024;

// Not const: then it takes no room in the file.
char zeros[kWriteBytesMax];

}  // namespace

void StateVfs::SetLogFlushed(bool flushed) { log_flushed_ = grow_log_ = flushed; }

int StateVfs::WriteLog(const void* bytes, int size, int64_t offset) {
  if (log_->start != File::Start::kHeader) {
    log_->start = offset < kWalHeaderBytes ? File::Start::kNewHeader : File::Start::kHeader;
  }
  if (log_flushed_) {
    if (image_.Write(bytes, size, offset)) return SQLITE_OK;
    const int rc = HandOverLog();  // (G2)
    if (rc != SQLITE_OK) return rc;
  }
  const int rc = WriteLogThrough(bytes, size, offset);
  image_.WrittenThrough(size, offset);
  return rc;
}

int StateVfs::WriteLogThrough(const void* bytes, int64_t size, int64_t offset) {
  sqlite3_file* real = Real(&log_->base);
  const int rc = real->pMethods->xWrite(real, bytes, static_cast<int>(size), offset);
  // A failed write may have reached the file in part: CutLog() removes it as well.
  if (offset + size > kWalHeaderBytes) {
    log_low_ = std::min(log_low_, std::max(offset, kWalHeaderBytes));
  }
  if (rc != SQLITE_OK) return rc;
  bytes_written_ += static_cast<uint64_t>(size);
  const int64_t end = offset + size;
  if (end <= log_->end) return SQLITE_OK;
  log_->end = end;
  if (grow_log_ && end >= kGrowFromBytes && end < kGrowToBytes) GrowLog();
  return SQLITE_OK;
}

// Writes what is gathered to the file; the next sync of the file makes it durable.
int StateVfs::HandOverLog() {
  if (!image_.HasGathered()) return SQLITE_OK;
  int64_t offset = image_.begin();
  for (const uint8_t* bytes = image_.gathered(); offset < image_.end();) {
    const int64_t size = std::min(image_.end() - offset, kWriteBytesMax);
    const int rc = WriteLogThrough(bytes, size, offset);
    if (rc != SQLITE_OK) return rc;
    bytes += size;
    offset += size;
  }
  image_.Settle();
  return SQLITE_OK;
}

int StateVfs::SyncLog(int flags) {
  // The header in the mark's place goes with the first frames.
  if (log_->start == File::Start::kNewHeader) return SQLITE_OK;
  // What makes the file longer needs a sync of the file itself.
  if (image_.HasGathered() && image_.DirectEnd() <= log_->end) {
    log_low_ = std::min(log_low_, std::max(image_.begin(), kWalHeaderBytes));
    int64_t written = 0;
    switch (image_.WriteDirectly(&written)) {
      case LogImage::Direct::kWritten:
        bytes_written_ += static_cast<uint64_t>(written);
        return SQLITE_OK;
      case LogImage::Direct::kNoRoom:
        return SQLITE_FULL;
      case LogImage::Direct::kFailed:
        return SQLITE_IOERR_FSYNC;
      case LogImage::Direct::kRefused:
        break;
    }
  }
  const int rc = HandOverLog();
  if (rc != SQLITE_OK) return rc;
  sqlite3_file* real = Real(&log_->base);
  return real->pMethods->xSync(real, flags);
}

void StateVfs::GrowLog() {
  const int64_t used = log_->end;
  const int64_t step = used < kGrowStepBytesMax ? used : kGrowStepBytesMax;
  sqlite3_file* real = Real(&log_->base);
  for (int64_t at = used; at < used + step;) {
    const int64_t left = used + step - at;
    const int64_t piece = left < static_cast<int64_t>(sizeof(zeros)) ? left : sizeof(zeros);
    if (real->pMethods->xWrite(real, zeros, static_cast<int>(piece), at) != SQLITE_OK) {
      // No room: then the room there is belongs to events.
      grow_log_ = false;
      real->pMethods->xTruncate(real, used);
      return;
    }
    bytes_written_ += static_cast<uint64_t>(piece);
    at += piece;
  }
  log_->end = used + step;
}

int StateVfs::CloseLog(bool sync, bool* kept) {
  *kept = log_ != nullptr && log_->end > kWalHeaderBytes;
  if (!*kept || log_->start == File::Start::kMark) return SQLITE_OK;
  image_.Truncate(0);
  sqlite3_file* real = Real(&log_->base);
  int rc = real->pMethods->xWrite(real, kClosedLogMark, kWalHeaderBytes, 0);
  bytes_written_ += static_cast<uint64_t>(kWalHeaderBytes);
  // Before the file is cut: with the old header a part of the old frames would be a log that takes
  // pages back to what they were.
  if (rc == SQLITE_OK && sync) rc = real->pMethods->xSync(real, SQLITE_SYNC_NORMAL);
  if (rc == SQLITE_OK && log_->end > kGrowFromBytes) rc = Truncate(&log_->base, kGrowFromBytes);
  return rc;
}

int StateVfs::CutLogToMark() {
  image_.GiveUp(kWalHeaderBytes);
  const int rc = CutLog(log_low_);
  if (rc == SQLITE_OK) log_low_ = INT64_MAX;
  return rc;
}

int StateVfs::CutLog(int64_t size) {
  if (log_ == nullptr || log_->end <= size) return SQLITE_OK;
  const int rc = Truncate(&log_->base, size);
  return rc == SQLITE_OK ? Sync(&log_->base, SQLITE_SYNC_NORMAL) : rc;
}

}  // namespace perdure
