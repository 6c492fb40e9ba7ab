// The part of StateVfs that looks after the write-ahead log: growing it ahead, cutting it back.
#include "sqlite/state_vfs.h"
#include "sqlite/state_vfs_file.h"
#include "sqlite/wal_format.h"

namespace perdure {
namespace {

// A process that delivers an event or two and ends should not write zeros for those it never has.
constexpr int64_t kGrowFromBytes = 64 * 1024;
// The log starts over from its beginning when it is longer than kCheckpointPages; growing it
// further than that plus one event of ordinary size is for nothing.
constexpr int64_t kGrowToBytes = 9 * 1024 * 1024;
constexpr int64_t kGrowStepBytesMax = 1024 * 1024;

// Not const: then it takes no room in the file.
char zeros[64 * 1024];

}  // namespace

void StateVfs::LogWritten(File* log, int64_t end) {
  if (end <= log->end) return;
  log->end = end;
  if (grow_log_ && end >= kGrowFromBytes && end < kGrowToBytes) GrowLog(log);
}

void StateVfs::GrowLog(File* log) {
  const int64_t used = log->end;
  const int64_t step = used < kGrowStepBytesMax ? used : kGrowStepBytesMax;
  sqlite3_file* real = Real(&log->base);
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
  log->end = used + step;
}

int StateVfs::CloseLog(bool sync, bool* kept) {
  *kept = log_ != nullptr && log_->end > kWalHeaderBytes;
  if (!*kept || log_->start == File::Start::kMark) return SQLITE_OK;
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
