#include "sqlite/connection.h"

#include <sqlite3.h>
#include <unistd.h>

#include "sqlite/error.h"
#include "sqlite/lock_owner.h"
#include "sqlite/state_file.h"
#include "sqlite/state_vfs.h"

// In programs that have their SQLite to themselves: program_parts.cc.
extern "C" [[gnu::weak, gnu::visibility("hidden")]] void perdure_program_parts();

namespace perdure {
namespace {

// An owner may end, and the path may get another file, between two looks at them.
constexpr int kAttempts = 10;

constexpr int64_t kLogBytesKept = 16 << 20;  // a larger log is cut back when it starts over

Status Locked(const std::string& path, pid_t owner) {
  if (owner > 0) {
    return StateError(StatusCode::kLocked, path, "is in use by process ", owner,
                      ": wait for it to end, or use another state");
  }
  if (owner < 0) {
    return StateError(StatusCode::kLocked, path,
                      "is in use by a process of another container or machine");
  }
  return StateError(StatusCode::kLocked, path, "is already open in this process (", getpid(), ")");
}

}  // namespace

Result<std::unique_ptr<Connection>> Connection::Open(const std::string& path) {
  if (perdure_program_parts != nullptr) perdure_program_parts();  // before anything of SQLite
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto connection = std::unique_ptr<Connection>(new Connection(path));
    PERDURE_TRY(connection->OpenFile());
    PERDURE_ASSIGN_OR_RETURN(const bool owned, connection->Own());
    // The last owner may have removed the file we opened (Close(remove)): its successor has the
    // name.
    if (owned && !connection->vfs()->MainHasMoved()) return connection;
    if (!owned) sqlite3_sleep(1);
  }
  return Locked(path, 0);
}

Connection::Connection(std::string path) : path_(std::move(path)) {}

Status Connection::OpenFile() {
  PERDURE_ASSIGN_OR_RETURN(const std::string name, SqlitePath(path_));
  PERDURE_TRY(CheckPath(path_));
  PERDURE_ASSIGN_OR_RETURN(vfs_, StateVfs::Create());
  // The file gets mode 0644 less the umask, SQLite's default and that of every tool that writes a
  // file where it was told to. A state is no more secret than its directory; the directories the
  // runtime makes itself are 0700.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE | SQLITE_OPEN_NOMUTEX;
  const int rc = sqlite3_open_v2(name.c_str(), &db_, flags, vfs_->name());
  vfs_->Unregister();
  if (rc != SQLITE_OK) {
    if (name.size() + sizeof("-journal") > static_cast<size_t>(vfs_->path_bytes_max())) {
      return StateError(StatusCode::kInvalidArgument, path_, "has too long a name: SQLite takes ",
                        vfs_->path_bytes_max() - static_cast<int>(sizeof("-journal")), " bytes");
    }
    return Error(rc);
  }
  sqlite3_extended_result_codes(db_, 1);
  // Until Close() knows better, the log stays as it is: it may hold what has to be looked at first.
  sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
  if (sqlite3_db_readonly(db_, "main") != 0) {
    return StateError(StatusCode::kIo, path_, "cannot be opened for writing");
  }
  sqlite_name_ = sqlite3_db_filename(db_, "main");
  return OkStatus();
}

// False: somebody had it a moment ago; worth another try.
Result<bool> Connection::Own() {
  const int rc = vfs_->Own();
  if (rc == SQLITE_OK) return true;
  if ((rc & 0xff) != SQLITE_BUSY) return Error(rc);
  const pid_t owner = LockOwner(sqlite_name_);
  if (owner != 0) return Locked(path_, owner);
  return false;
}

Status Connection::Configure() {
  // Nothing in a state file is to be believed: no SQL in it runs (triggers, views, defaults), and
  // pages are checked as they are read.
  static constexpr struct {
    int option;
    int value;
  } kOptions[] = {
      {SQLITE_DBCONFIG_DEFENSIVE, 1},      {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0},
      {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_VIEW, 0},
      {SQLITE_DBCONFIG_ENABLE_FKEY, 0},    {SQLITE_DBCONFIG_DQS_DML, 0},
      {SQLITE_DBCONFIG_DQS_DDL, 0},
  };
  for (const auto& [option, value] : kOptions) {
    const int rc = sqlite3_db_config(db_, option, value, nullptr);
    if (rc != SQLITE_OK) return Error(rc);
  }
  sqlite3_limit(db_, SQLITE_LIMIT_ATTACHED, 0);
  // Memory mapping needs no word against it: the file layer has none (state_vfs.h).
  PERDURE_TRY(Run("PRAGMA cell_size_check = ON; PRAGMA locking_mode = EXCLUSIVE"));
  sqlite3_wal_autocheckpoint(db_, 0);
  return OkStatus();
}

Status Connection::ConfigureWriting(Durability durability) {
  PERDURE_TRY(
      Run("PRAGMA page_size = 4096; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = OFF"));
  PERDURE_ASSIGN_OR_RETURN(Statement statement, Prepare("PRAGMA journal_size_limit = 16777216"));
  const int rc = statement.Step();
  if (rc != SQLITE_ROW || Row(statement).Int(0) != kLogBytesKept) return Error(rc);
  return SetSynchronous(durability);
}

size_t Connection::LimitValues(size_t bytes) {
  if (bytes != 0) sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, static_cast<int>(bytes));
  return static_cast<size_t>(sqlite3_limit(db_, SQLITE_LIMIT_LENGTH, -1));
}

Status Connection::SetSynchronous(Durability durability) {
  switch (durability) {
    case Durability::kFull:
      return Run("PRAGMA synchronous = FULL");
    case Durability::kNormal:
      return Run("PRAGMA synchronous = NORMAL");
    case Durability::kOff:
      return Run("PRAGMA synchronous = OFF");
  }
  return StateError(StatusCode::kInvalidArgument, path_, "was given an unknown durability");
}

Status Connection::UseWal() {
  PERDURE_ASSIGN_OR_RETURN(Statement statement, Prepare("PRAGMA journal_mode = WAL"));
  const int rc = statement.Step();
  if (rc != SQLITE_ROW) return Error(rc);
  Row row(statement);
  if (row.Text(0) != "wal") {
    return StateError(StatusCode::kIo, path_, "cannot have a write-ahead log here");
  }
  return OkStatus();
}

Result<bool> Connection::Checkpoint(bool truncate) {
  const int mode = truncate ? SQLITE_CHECKPOINT_TRUNCATE : SQLITE_CHECKPOINT_PASSIVE;
  int frames = 0;
  int moved = 0;
  const int rc = sqlite3_wal_checkpoint_v2(db_, "main", mode, &frames, &moved);
  if (rc != SQLITE_OK) return Error(rc);
  return moved == frames;
}

Result<Statement> Connection::Prepare(const char* sql) {
  sqlite3_stmt* stmt = nullptr;
  const int rc = sqlite3_prepare_v3(db_, sql, -1, SQLITE_PREPARE_PERSISTENT, &stmt, nullptr);
  if (rc != SQLITE_OK) return Error(rc);
  return Statement(stmt);
}

Status Connection::Run(const char* sql) {
  const int rc = sqlite3_exec(db_, sql, nullptr, nullptr, nullptr);
  return rc == SQLITE_OK ? OkStatus() : Error(rc);
}

Result<int64_t> Connection::QueryInt(const char* sql) {
  PERDURE_ASSIGN_OR_RETURN(Statement statement, Prepare(sql));
  const int rc = statement.Step();
  if (rc != SQLITE_ROW && rc != SQLITE_DONE) return Error(rc);
  if (rc == SQLITE_ROW) {
    Row row(statement);
    const int64_t value = row.Int(0);
    if (row.ok()) return value;
  }
  return StateError(StatusCode::kCorrupt, path_, "is damaged: restore it from a backup");
}

Status Connection::Error(int rc) const { return SqliteError(db_, path_, rc); }

Status Connection::Close(bool leave_clean, bool remove) {
  if (db_ == nullptr) return OkStatus();
  if (leave_clean) sqlite3_db_config(db_, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 0, nullptr);
  Status status;
  if (remove && unlink(sqlite_name_.c_str()) != 0) {
    status = StateError(StatusCode::kIo, path_, "cannot be removed");
  }
  const int rc = sqlite3_close(db_);
  // Only an unfinished statement can make this fail: a mistake of ours, and then the lock stays.
  if (rc != SQLITE_OK) return Error(rc);
  db_ = nullptr;
  return status;
}

Connection::~Connection() {
  sqlite3_close_v2(db_);
  db_ = nullptr;
}

}  // namespace perdure
