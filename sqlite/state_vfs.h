// StateVfs: a thin layer between SQLite and the system's files, one per store.
//
// It does six things SQLite does not offer, and passes everything else through:
//
//   Ownership. SQLite takes locks when it needs them, shared ones first, so two processes that open
//   a state at the same moment can each stand in the other's way. Here the first lock is the last:
//   Own() goes SHARED -> RESERVED -> EXCLUSIVE at once and nothing is given back before the file is
//   closed. Only one process can get RESERVED; it waits for the others, who, having failed, leave.
//   So of any number of processes that start together exactly one gets the state.
//
//   Log growth. An fdatasync after appending to a file must also commit the file system's journal
//   (its size changed): twice the time of one after overwriting, measured. Once the log of a
//   process is longer than a few events, zeros are written ahead of it, in steps that double.
//
//   Log reuse. SQLite removes the log when it closes a database, and the next first commit has to
//   create it, with a flush for the header, one for the directory and one for the frames. Here the
//   log stays, with a mark instead of a header (CloseLog()): it holds nothing, its name is on disk,
//   and nothing in front of the first frames needs to be there before them. So a first commit
//   flushes once. (The old frames behind the mark are why the header must otherwise be flushed
//   first: with the old header the first of them would be valid again.)
//
//   Log image. The log of a process whose commits are flushed is kept in memory as well
//   (log_image.h): a transaction reaches the file in one write, around the kernel's cache where
//   that is possible, and moving the log into the main file reads nothing.
//
//   Log clean-up. SQLite leaves the frames of a rolled back transaction in the log, to be
//   overwritten. CutLog() removes them, because wal_inspection.h takes every frame behind the valid
//   ones for part of one last transaction.
//
//   Honest figures. bytes_written() counts what was handed to the kernel.
//
// The wrapped layer is SQLite's default VFS, so tests inject faults by registering a default of
// theirs. Memory mapping and shared memory are not offered (io methods version 1): with
// locking_mode=EXCLUSIVE SQLite keeps the log's index on its heap, and there is no -shm file.
//
// Threads: confined to the thread of the store.
#pragma once

#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <string>

#include "perdure/status.h"
#include "sqlite/log_image.h"

namespace perdure {

class StateVfs {
 public:
  // Wraps the default VFS and registers itself under name(), for sqlite3_open_v2().
  static Result<std::unique_ptr<StateVfs>> Create();
  ~StateVfs();
  StateVfs(const StateVfs&) = delete;
  StateVfs& operator=(const StateVfs&) = delete;

  const char* name() const { return name_.c_str(); }
  int path_bytes_max() const { return vfs_.mxPathname; }
  // Takes the name away again; the connections opened with it keep working.
  void Unregister();

  // Below: REQUIRES: an open main file (sqlite3_open_v2 returned OK). Results are SQLite codes.

  // Takes the exclusive lock for as long as the file is open. SQLITE_BUSY: somebody else has it.
  int Own();
  int ReadMain(void* out, int size, int64_t offset);
  // True if the path names another file by now than the one that is open.
  bool MainHasMoved();

  // Marks the beginning of a transaction for CutLogToMark(), which removes what was written to the
  // log since. CutLog() removes what is in the log from byte `size` on. Both sync: what was removed
  // must not come back after a power failure among the frames that are written there next.
  void MarkLog() { log_low_ = INT64_MAX; }
  int CutLogToMark();
  int CutLog(int64_t size);
  // Leaves the log for the next process, if there is anything of it to keep: REQUIRES that all that
  // is in it was moved. `sync`: a commit of that process must survive a power failure. *kept: the
  // log stays as it is; else it is SQLite's to remove.
  int CloseLog(bool sync, bool* kept);
  // Every commit syncs the log from now on: it is worth being grown ahead and gathered.
  void SetLogFlushed(bool flushed);

  uint64_t bytes_written() const { return bytes_written_; }

 private:
  struct File;

  StateVfs() = default;
  static StateVfs* Of(sqlite3_vfs* vfs) { return static_cast<StateVfs*>(vfs->pAppData); }
  static sqlite3_file* Real(sqlite3_file* file);
  void InstallMethods();

  static int Open(sqlite3_vfs*, const char*, sqlite3_file*, int, int*);
  static int Close(sqlite3_file*);
  static int Read(sqlite3_file*, void*, int, sqlite3_int64);
  static int Write(sqlite3_file*, const void*, int, sqlite3_int64);
  static int Truncate(sqlite3_file*, sqlite3_int64);
  static int Sync(sqlite3_file*, int);
  static int FileSize(sqlite3_file*, sqlite3_int64*);
  static int Lock(sqlite3_file*, int);
  static int Unlock(sqlite3_file*, int);
  static int CheckReservedLock(sqlite3_file*, int*);
  static int FileControl(sqlite3_file*, int, void*);
  static int SectorSize(sqlite3_file*);
  static int DeviceCharacteristics(sqlite3_file*);

  // The log's own ways of doing what SQLite asks for.
  int WriteLog(const void* bytes, int size, int64_t offset);
  int WriteLogThrough(const void* bytes, int64_t size, int64_t offset);
  int HandOverLog();
  int SyncLog(int flags);
  void GrowLog();

  sqlite3_vfs vfs_ = {};
  sqlite3_io_methods methods_ = {};
  sqlite3_vfs* real_ = nullptr;
  std::string name_;
  bool registered_ = false;
  bool owned_ = false;
  bool log_flushed_ = false;
  bool grow_log_ = false;
  File* main_ = nullptr;
  File* log_ = nullptr;
  int64_t log_low_ = INT64_MAX;  // lowest frame offset written to the file since MarkLog()
  LogImage image_;
  uint64_t bytes_written_ = 0;
};

}  // namespace perdure
