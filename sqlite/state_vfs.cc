#include "sqlite/state_vfs.h"

#include <algorithm>
#include <cstddef>
#include <cstring>
#include <new>

#include "rtlib/base/text.h"
#include "sqlite/state_vfs_file.h"
#include "sqlite/wal_format.h"
#include "sqlite/wal_inspection.h"

namespace perdure {
namespace {

// How long the winner of the race for RESERVED waits for those who read meanwhile. The losers leave
// within microseconds; somebody who reads longer than this is at work, and owns the state.
constexpr int kReadersWaitMs = 200;

}  // namespace

Result<std::unique_ptr<StateVfs>> StateVfs::Create() {
  sqlite3_vfs* real = sqlite3_vfs_find(nullptr);
  if (real == nullptr) {
    return Status(StatusCode::kResourceExhausted, "SQLite could not be initialised: out of memory");
  }
  auto vfs = std::unique_ptr<StateVfs>(new StateVfs());
  vfs->real_ = real;
  // Names live in a list of the process; an address is one of a kind while the object lives.
  vfs->name_ = StrCat("perdure-", reinterpret_cast<uintptr_t>(vfs.get()));
  vfs->InstallMethods();
  if (sqlite3_vfs_register(&vfs->vfs_, 0) != SQLITE_OK) {
    return Status(StatusCode::kResourceExhausted, "SQLite could not be initialised: out of memory");
  }
  vfs->registered_ = true;
  return vfs;
}

StateVfs::~StateVfs() { Unregister(); }

void StateVfs::Unregister() {
  if (registered_) sqlite3_vfs_unregister(&vfs_);
  registered_ = false;
}

void StateVfs::InstallMethods() {
  vfs_.iVersion = 1;
  vfs_.szOsFile = static_cast<int>(sizeof(File)) + real_->szOsFile;
  vfs_.mxPathname = real_->mxPathname;
  vfs_.zName = name_.c_str();
  vfs_.pAppData = this;
  vfs_.xOpen = Open;
  vfs_.xDelete = [](sqlite3_vfs* v, const char* path, int sync_dir) {
    return Of(v)->real_->xDelete(Of(v)->real_, path, sync_dir);
  };
  vfs_.xAccess = [](sqlite3_vfs* v, const char* path, int flags, int* out) {
    return Of(v)->real_->xAccess(Of(v)->real_, path, flags, out);
  };
  vfs_.xFullPathname = [](sqlite3_vfs* v, const char* path, int size, char* out) {
    return Of(v)->real_->xFullPathname(Of(v)->real_, path, size, out);
  };
  vfs_.xRandomness = [](sqlite3_vfs* v, int size, char* out) {
    return Of(v)->real_->xRandomness(Of(v)->real_, size, out);
  };
  vfs_.xSleep = [](sqlite3_vfs* v, int us) { return Of(v)->real_->xSleep(Of(v)->real_, us); };
  vfs_.xCurrentTime = [](sqlite3_vfs* v, double* out) {
    return Of(v)->real_->xCurrentTime(Of(v)->real_, out);
  };
  vfs_.xGetLastError = [](sqlite3_vfs* v, int size, char* out) {
    return Of(v)->real_->xGetLastError(Of(v)->real_, size, out);
  };

  methods_.iVersion = 1;
  methods_.xClose = Close;
  methods_.xRead = Read;
  methods_.xWrite = Write;
  methods_.xTruncate = Truncate;
  methods_.xSync = Sync;
  methods_.xFileSize = FileSize;
  methods_.xLock = Lock;
  methods_.xUnlock = Unlock;
  methods_.xCheckReservedLock = CheckReservedLock;
  methods_.xFileControl = FileControl;
  methods_.xSectorSize = SectorSize;
  methods_.xDeviceCharacteristics = DeviceCharacteristics;
}

sqlite3_file* StateVfs::Real(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<File*>(file) + 1);
}

int StateVfs::Open(sqlite3_vfs* vfs, const char* path, sqlite3_file* file, int flags,
                   int* out_flags) {
  StateVfs* self = Of(vfs);
  File* opened = new (file) File();
  sqlite3_file* real = Real(file);
  real->pMethods = nullptr;
  // The name of a closed log is on disk: without this flag SQLite does not sync the directory.
  const bool is_closed_log = (flags & SQLITE_OPEN_WAL) != 0 && LogIsClosed(path);
  if (is_closed_log) flags &= ~SQLITE_OPEN_CREATE;
  const int rc = self->real_->xOpen(self->real_, path, real, flags, out_flags);
  if (rc != SQLITE_OK) {
    // SQLite closes a file whose open failed if it has methods.
    if (real->pMethods != nullptr) real->pMethods->xClose(real);
    return rc;
  }
  opened->base.pMethods = &self->methods_;
  opened->vfs = self;
  if ((flags & SQLITE_OPEN_MAIN_DB) != 0) self->main_ = opened;
  if ((flags & SQLITE_OPEN_WAL) != 0) {
    self->log_ = opened;
    sqlite3_int64 size = 0;
    if (real->pMethods->xFileSize(real, &size) == SQLITE_OK) opened->end = size;
    if (is_closed_log) opened->start = File::Start::kMark;
    self->image_.Truncate(0);
    // Not around a layer that somebody put below ours.
    if (std::strcmp(self->real_->zName, "unix") == 0) self->image_.OpenDirect(path);
  }
  return SQLITE_OK;
}

int StateVfs::Close(sqlite3_file* file) {
  File* closing = reinterpret_cast<File*>(file);
  StateVfs* self = closing->vfs;
  if (self->main_ == closing) {
    self->main_ = nullptr;
    self->owned_ = false;
  }
  if (self->log_ == closing) {
    self->log_ = nullptr;
    self->image_.CloseDirect();
  }
  sqlite3_file* real = Real(file);
  return real->pMethods->xClose(real);
}

int StateVfs::Read(sqlite3_file* file, void* out, int size, sqlite3_int64 offset) {
  File* read = reinterpret_cast<File*>(file);
  StateVfs* self = read->vfs;
  if (self->log_ == read) {
    if (self->image_.Read(out, size, offset)) return SQLITE_OK;
    const int rc = self->HandOverLog();
    if (rc != SQLITE_OK) return rc;
  }
  return Real(file)->pMethods->xRead(Real(file), out, size, offset);
}

int StateVfs::Write(sqlite3_file* file, const void* bytes, int size, sqlite3_int64 offset) {
  File* written = reinterpret_cast<File*>(file);
  StateVfs* self = written->vfs;
  if (self->log_ == written) return self->WriteLog(bytes, size, offset);
  const int rc = Real(file)->pMethods->xWrite(Real(file), bytes, size, offset);
  if (rc == SQLITE_OK) self->bytes_written_ += static_cast<uint64_t>(size);
  return rc;
}

int StateVfs::Truncate(sqlite3_file* file, sqlite3_int64 size) {
  File* cut = reinterpret_cast<File*>(file);
  if (cut->vfs->log_ == cut) cut->vfs->image_.Truncate(size);
  const int rc = Real(file)->pMethods->xTruncate(Real(file), size);
  if (rc != SQLITE_OK) return rc;
  cut->end = size;
  if (size < kWalHeaderBytes) cut->start = File::Start::kHeader;
  return rc;
}

int StateVfs::Sync(sqlite3_file* file, int flags) {
  File* synced = reinterpret_cast<File*>(file);
  if (synced->vfs->log_ == synced) return synced->vfs->SyncLog(flags);
  return Real(file)->pMethods->xSync(Real(file), flags);
}

int StateVfs::FileSize(sqlite3_file* file, sqlite3_int64* size) {
  const int rc = Real(file)->pMethods->xFileSize(Real(file), size);
  File* asked = reinterpret_cast<File*>(file);
  StateVfs* self = asked->vfs;
  if (rc == SQLITE_OK && self->log_ == asked && self->image_.HasGathered()) {
    *size = std::max<sqlite3_int64>(*size, self->image_.end());
  }
  return rc;
}

int StateVfs::Lock(sqlite3_file* file, int) { return reinterpret_cast<File*>(file)->vfs->Own(); }

// The lock ends with the file.
int StateVfs::Unlock(sqlite3_file*, int) { return SQLITE_OK; }

int StateVfs::CheckReservedLock(sqlite3_file* file, int* reserved) {
  // SQLite asks whether a journal belongs to a transaction of somebody alive: not while we own the
  // file.
  *reserved = reinterpret_cast<File*>(file)->vfs->owned_ ? 0 : 1;
  return SQLITE_OK;
}

int StateVfs::FileControl(sqlite3_file* file, int op, void* arg) {
  return Real(file)->pMethods->xFileControl(Real(file), op, arg);
}

int StateVfs::SectorSize(sqlite3_file* file) {
  return Real(file)->pMethods->xSectorSize(Real(file));
}

int StateVfs::DeviceCharacteristics(sqlite3_file* file) {
  return Real(file)->pMethods->xDeviceCharacteristics(Real(file));
}

int StateVfs::Own() {
  if (owned_) return SQLITE_OK;
  sqlite3_file* real = Real(&main_->base);
  int rc = real->pMethods->xLock(real, SQLITE_LOCK_SHARED);
  // Not without RESERVED: from SHARED, newer SQLites do not take PENDING, which keeps others out
  // while we wait for the last of them.
  if (rc == SQLITE_OK) rc = real->pMethods->xLock(real, SQLITE_LOCK_RESERVED);
  if (rc == SQLITE_OK) {
    rc = real->pMethods->xLock(real, SQLITE_LOCK_EXCLUSIVE);
    for (int ms = 0; rc == SQLITE_BUSY && ms < kReadersWaitMs; ++ms) {
      real_->xSleep(real_, 1000);
      rc = real->pMethods->xLock(real, SQLITE_LOCK_EXCLUSIVE);
    }
  }
  owned_ = rc == SQLITE_OK;
  if (!owned_) real->pMethods->xUnlock(real, SQLITE_LOCK_NONE);
  return rc;
}

int StateVfs::ReadMain(void* out, int size, int64_t offset) {
  return Read(&main_->base, out, size, offset);
}

bool StateVfs::MainHasMoved() {
  int moved = 0;
  FileControl(&main_->base, SQLITE_FCNTL_HAS_MOVED, &moved);
  return moved != 0;
}

}  // namespace perdure
