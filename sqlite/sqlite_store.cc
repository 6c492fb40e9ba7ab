// SqliteStore: transactions, housekeeping, closing. The essay is in the header; rows are in
// sqlite_store_rows.cc.
#include "sqlite/sqlite_store.h"

#include <sqlite3.h>
#include <sys/stat.h>

#include <algorithm>

#include "rtlib/base/text.h"
#include "sqlite/error.h"
#include "sqlite/schema.h"
#include "sqlite/state_vfs.h"

namespace perdure {
namespace {

constexpr const char* kSqlText[] = {
    "BEGIN IMMEDIATE",
    "COMMIT",
    "ROLLBACK",
    "REPLACE INTO header VALUES (1, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO base_chunk (id, data) VALUES (?, ?)"
    " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
    "INSERT INTO past_chunk (id, data) VALUES (?, ?)"
    " ON CONFLICT (id) DO UPDATE SET data = excluded.data",
    "DELETE FROM base_chunk WHERE id = ?",
    "DELETE FROM past_chunk WHERE id = ?",
    "INSERT INTO base_section (tag, data) VALUES (?, ?)"
    " ON CONFLICT (tag) DO UPDATE SET data = excluded.data",
    "INSERT INTO past_section (tag, data) VALUES (?, ?)"
    " ON CONFLICT (tag) DO UPDATE SET data = excluded.data",
    "DELETE FROM base_section",
    "DELETE FROM past_section",
    "SELECT data FROM base_chunk WHERE id = ?",
    "SELECT data FROM past_chunk WHERE id = ?",
    "SELECT id FROM base_chunk WHERE id >= ? ORDER BY id LIMIT 1",
    "SELECT id FROM past_chunk WHERE id >= ? ORDER BY id LIMIT 1",
    "INSERT INTO base_global (idx, name, type, value) VALUES (?, ?, ?, ?)"
    " ON CONFLICT (idx) DO UPDATE SET name = excluded.name, type = excluded.type,"
    " value = excluded.value",
    "INSERT INTO event (seq, kind, outcome, time_us, input, result, delta, effects, outlet,"
    " globals, chunks, hash, earlier_count, earlier, pieces)"
    " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
    "INSERT INTO delta_piece (id, data) VALUES (?, ?)",
    "DELETE FROM event WHERE seq <= ?",
    "DELETE FROM delta_piece"
    " WHERE id = (SELECT id FROM delta_piece WHERE id < ? ORDER BY id LIMIT 1)",
    "SELECT seq, kind, outcome, time_us, input, result, delta, effects, outlet, globals, chunks,"
    " hash, earlier_count, earlier, pieces FROM event WHERE seq >= ? ORDER BY seq LIMIT 1",
    "SELECT data FROM delta_piece WHERE id = ?",
    "SELECT seq FROM (SELECT seq FROM event ORDER BY seq LIMIT 1) UNION ALL"
    // 20: kPieceBits.
    " SELECT seq FROM (SELECT id >> 20 AS seq FROM delta_piece ORDER BY id LIMIT 1)"
    " ORDER BY seq LIMIT 1",
};

bool IsSame(const StateHeader& a, const StateHeader& b) {
  return a.hash == b.hash && a.sealed_seq == b.sealed_seq && a.base == b.base && a.past == b.past &&
         a.released_seq == b.released_seq;
}

}  // namespace

SqliteStore::SqliteStore(std::unique_ptr<Connection> connection, const StoreOptions& options)
    : connection_(std::move(connection)),
      durability_(options.durability),
      piece_bytes_(
          std::min(kDeltaPieceBytes, connection_->LimitValues(options.value_bytes_max) / 2)) {}

SqliteStore::~SqliteStore() {
  const Status ignored = Close();
  static_cast<void>(ignored);
}

Status SqliteStore::RequireOpen() const {
  if (connection_ != nullptr) return OkStatus();
  return Status(StatusCode::kFailedPrecondition, "the state is closed");
}

Status SqliteStore::Damaged(std::string_view where) const {
  return StateError(StatusCode::kCorrupt, connection_->path(), "is damaged in ", where,
                    ": restore it from a backup");
}

Result<Statement*> SqliteStore::Use(Sql sql) {
  static_assert(std::size(kSqlText) == kSqlCount);
  PERDURE_TRY(RequireOpen());
  Statement& statement = statements_[sql];
  if (!statement) {
    PERDURE_ASSIGN_OR_RETURN(statement, connection_->Prepare(kSqlText[sql]));
  }
  return &statement;
}

Status SqliteStore::Step(Sql sql) {
  PERDURE_ASSIGN_OR_RETURN(Statement * statement, Use(sql));
  return Write(statement);
}

// Many a process only looks.
Status SqliteStore::PrepareToWrite() {
  if (may_write_) return OkStatus();
  PERDURE_TRY(connection_->ConfigureWriting(durability_));
  may_write_ = true;
  return OkStatus();
}

// Everything but telling SQLite.
Status SqliteStore::BeginWriting() {
  PERDURE_TRY(RequireOpen());
  if (in_transaction_) {
    return StateError(StatusCode::kFailedPrecondition, connection_->path(),
                      "already has an open transaction");
  }
  if (!broken_.ok()) {
    return StateError(broken_.code(), connection_->path(),
                      "is no longer written to: ", broken_.message());
  }
  PERDURE_TRY(PrepareToWrite());
  connection_->vfs()->MarkLog();
  in_transaction_ = true;
  write_failed_ = appended_ = false;
  pending_header_.reset();
  return OkStatus();
}

Status SqliteStore::Begin() {
  PERDURE_TRY(BeginWriting());
  Status begun = Step(kBegin);
  if (!begun.ok()) {
    in_transaction_ = false;
    return begun;
  }
  if (!empty_) return OkStatus();
  Status created = CreateSchema(connection_.get());
  if (!created.ok()) Abort();
  return created;
}

Status SqliteStore::RequireTransaction() const {
  PERDURE_TRY(RequireOpen());
  if (in_transaction_ && !write_failed_) return OkStatus();
  return StateError(StatusCode::kFailedPrecondition, connection_->path(),
                    in_transaction_ ? "has a transaction in which a write failed: abort it"
                                    : "has no open transaction");
}

Status SqliteStore::Commit() {
  PERDURE_TRY(RequireTransaction());
  PERDURE_ASSIGN_OR_RETURN(Statement * statement, Use(kCommit));
  const int rc = statement->Step();
  Status committed = Committed(rc);
  statement->Reset();
  PERDURE_TRY(std::move(committed));
  if (!empty_) return OkStatus();
  empty_ = false;
  Status logged = connection_->UseWal();
  if (!logged.ok()) {
    broken_ = logged;
    return logged;
  }
  StartLog();
  return OkStatus();
}

// What the statement that was to commit has answered. On failure the transaction is to be aborted.
Status SqliteStore::Committed(int rc) {
  if (rc != SQLITE_DONE) {
    Status failed = connection_->Error(rc);
    write_failed_ = true;
    if ((rc & 0xff) == SQLITE_IOERR) broken_ = failed;
    return failed;
  }
  in_transaction_ = false;
  committed_event_ |= appended_;
  if (pending_header_.has_value()) header_ = std::move(pending_header_);
  pending_header_.reset();
  return OkStatus();
}

// As a transaction of one statement: the other two are a sixth of what SQLite does for an event.
Status SqliteStore::CommitEvent(const EventRecord& event) {
  if (empty_ || event.delta.size() > piece_bytes_) return Store::CommitEvent(event);
  PERDURE_TRY(BeginWriting());
  PERDURE_ASSIGN_OR_RETURN(Statement * append, BindEvent(event));
  const int rc = append->Step();
  Status committed = Committed(rc);
  append->Reset();
  return committed;
}

void SqliteStore::Abort() {
  if (connection_ == nullptr || !in_transaction_) return;
  in_transaction_ = false;
  pending_header_.reset();
  // After some errors SQLite has rolled back by itself.
  if (sqlite3_get_autocommit(connection_->db()) == 0) {
    Status status = Step(kRollback);
    if (!status.ok()) broken_ = std::move(status);
  }
  if (!empty_) {
    const int rc = connection_->vfs()->CutLogToMark();  // (Q5)
    if (rc != SQLITE_OK) broken_ = connection_->Error(rc);
  }
}

Status SqliteStore::PutMark(std::string_view mark) {
  PERDURE_TRY(RequireOpen());
  return mark_.Put(connection_->sqlite_name(), connection_->path(), mark);
}

Result<std::string> SqliteStore::ReadMark() {
  PERDURE_TRY(RequireOpen());
  return mark_.Read(connection_->sqlite_name(), connection_->path());
}

Status SqliteStore::DropMark() {
  PERDURE_TRY(RequireOpen());
  return mark_.Drop(connection_->sqlite_name(), connection_->path());
}

bool SqliteStore::MaintenanceIsDue(Moment moment) const {
  if (connection_ == nullptr || empty_) return false;
  switch (moment) {
    case Moment::kBusy:
      return log_pages_ >= checkpoint_pages_;
    case Moment::kIdle:
      return log_pages_ >= checkpoint_pages_ - kCheckpointPages + kCheckpointPagesIdle;
    case Moment::kClosing:
      break;
  }
  return true;
}

Status SqliteStore::Maintain(const StateHeader& sealed, Moment moment) {
  PERDURE_TRY(RequireOpen());
  if (in_transaction_) {
    return StateError(StatusCode::kFailedPrecondition, connection_->path(),
                      "has an open transaction");
  }
  if (!MaintenanceIsDue(moment)) return OkStatus();
  Status status = SealAndCheckpoint(sealed);
  if (status.ok()) {
    checkpoint_pages_ = kCheckpointPages;
  } else if (status.code() == StatusCode::kResourceExhausted &&
             (moment != Moment::kClosing || !committed_event_)) {
    // Nothing is lost: the log has everything, and whoever only looks at a state on a full disk
    // may. Try again when it has grown as much again; if there is no room for that either, the
    // commit says so.
    checkpoint_pages_ = log_pages_ + kCheckpointPages;
    return OkStatus();
  }
  return status;
}

Status SqliteStore::SealAndCheckpoint(const StateHeader& sealed) {
  if (!header_.has_value() || !IsSame(*header_, sealed)) {
    Status status = Begin();
    if (status.ok()) status = PutHeader(sealed);
    if (status.ok()) status = Commit();
    if (!status.ok()) {
      Abort();
      return status;
    }
  }
  if (log_pages_ == 0) return OkStatus();
  PERDURE_TRY(PrepareToWrite());
  PERDURE_ASSIGN_OR_RETURN(const bool complete, connection_->Checkpoint(/*truncate=*/false));
  if (complete) log_pages_ = 0;
  return OkStatus();
}

Status SqliteStore::Close() {
  if (connection_ == nullptr) return OkStatus();
  Abort();
  for (Statement& statement : statements_) statement.Finalize();
  struct stat file;
  const bool remove = remove_if_empty_ && stat(connection_->sqlite_name().c_str(), &file) == 0 &&
                      file.st_size == 0 &&
                      !connection_->vfs()->MainHasMoved();  // somebody else's has the name
  const bool leave_clean = opened_ && broken_.ok() && log_pages_ == 0;
  bool keeps_log = false;
  Status closed_log;
  if (leave_clean) {
    const int rc = connection_->vfs()->CloseLog(durability_ != Durability::kOff, &keeps_log);
    if (rc != SQLITE_OK) closed_log = connection_->Error(rc);
  }
  bytes_written_at_close_ = BytesWritten();
  Status status = connection_->Close(leave_clean && !keeps_log, remove);
  connection_.reset();
  return status.ok() ? closed_log : status;
}

uint64_t SqliteStore::BytesWritten() const {
  return connection_ == nullptr ? bytes_written_at_close_ : connection_->vfs()->bytes_written();
}

uint64_t SqliteStore::BytesOnDisk() const {
  if (connection_ == nullptr) return 0;
  uint64_t bytes = 0;
  for (const char* suffix : {"", "-wal", "-journal"}) {
    struct stat file;
    if (stat((connection_->sqlite_name() + suffix).c_str(), &file) == 0) {
      bytes += static_cast<uint64_t>(file.st_size);
    }
  }
  return bytes;
}

}  // namespace perdure
