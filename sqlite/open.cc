// Opening: from a path to a store that owns a checked, recovered state, or an empty file.
#include <sqlite3.h>
#include <sys/stat.h>

#include "perdure/sqlite.h"
#include "rtlib/engine/store_kind.h"
#include "sqlite/error.h"
#include "sqlite/schema.h"
#include "sqlite/sqlite_store.h"
#include "sqlite/state_file.h"
#include "sqlite/state_vfs.h"
#include "sqlite/wal_inspection.h"

namespace perdure {
namespace {

// Whether a finding is damage in a log that was flushed like this (W2 and W4 in wal_inspection.cc).
bool IsDamage(WalDamage damage, Durability written_with) {
  switch (damage) {
    case WalDamage::kNone:
      return false;
    case WalDamage::kHeader:
      return written_with != Durability::kOff;
    case WalDamage::kMiddle:
      return written_with == Durability::kFull;
  }
  return true;
}

}  // namespace

Result<std::unique_ptr<Store>> SqliteStore::Open(const StoreOptions& options) {
  struct stat before;
  const bool existed = stat(options.path.c_str(), &before) == 0;
  PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Connection> connection, Connection::Open(options.path));
  auto store = std::unique_ptr<SqliteStore>(new SqliteStore(std::move(connection), options));
  store->remove_if_empty_ = !existed;
  Connection* db = store->connection_.get();
  PERDURE_ASSIGN_OR_RETURN(const bool is_state,
                           CheckFile(db->path(), db->sqlite_name(), db->vfs()));
  if (is_state) {
    PERDURE_TRY(store->OpenExisting());
  } else {
    PERDURE_TRY(store->OpenEmpty());
  }
  store->opened_ = true;
  return Result<std::unique_ptr<Store>>(std::move(store));
}

Status SqliteStore::OpenEmpty() {
  PERDURE_TRY(connection_->Configure());
  PERDURE_TRY(PrepareToWrite());
  // Reading rolls a creation back that did not finish.
  PERDURE_ASSIGN_OR_RETURN(const int64_t has_objects,
                           connection_->QueryInt("SELECT EXISTS (SELECT 1 FROM sqlite_schema)"));
  if (has_objects != 0) return Damaged("its journal");
  empty_ = true;
  return OkStatus();
}

Status SqliteStore::OpenExisting() {
  const std::string log = connection_->sqlite_name() + "-wal";
  PERDURE_ASSIGN_OR_RETURN(const WalFinding finding, InspectWal(log));
  PERDURE_TRY(connection_->Configure());
  // From here on SQLite reads the file and what it believes of the log, but changes neither before
  // the finding has been judged.
  Status schema = CheckSchema(connection_.get());
  Durability recorded = Durability::kFull;
  if (schema.ok()) {
    PERDURE_ASSIGN_OR_RETURN(recorded, LoadHeader());
  }
  if (IsDamage(finding.damage, recorded)) {
    return StateError(StatusCode::kCorrupt, connection_->path(), "has a write-ahead log, '", log,
                      "', that is damaged at byte ", finding.offset,
                      "; events after it cannot be read: restore both files from a backup");
  }
  PERDURE_TRY(schema);
  PERDURE_TRY(connection_->UseWal());
  if (!finding.closed) {  // (Q5) The log goes on from what SQLite recovered.
    const int rc = connection_->vfs()->CutLog(static_cast<int64_t>(finding.valid_bytes));
    if (rc != SQLITE_OK) return connection_->Error(rc);
  }
  log_pages_ = static_cast<int>(finding.valid_frames);
  PERDURE_TRY(RecordDurability(recorded));
  StartLog();
  return OkStatus();
}

// The record must be on disk before the first commit that is flushed in another way: a log is
// judged by it.
Status SqliteStore::RecordDurability(Durability recorded) {
  if (recorded == durability_) return OkStatus();
  PERDURE_TRY(PrepareToWrite());
  PERDURE_TRY(connection_->SetSynchronous(Durability::kFull));
  {
    PERDURE_ASSIGN_OR_RETURN(Statement statement,
                             connection_->Prepare("UPDATE header SET durability = ?"));
    statement.BindText(1, DurabilityName(durability_));
    const int rc = statement.Step();
    if (rc != SQLITE_DONE) return connection_->Error(rc);
  }
  PERDURE_TRY(connection_->Checkpoint(/*truncate=*/true).status());
  log_pages_ = 0;
  return connection_->SetSynchronous(durability_);
}

void SqliteStore::StartLog() {
  sqlite3_wal_hook(
      connection_->db(),
      [](void* store, sqlite3*, const char*, int pages) {
        static_cast<SqliteStore*>(store)->log_pages_ = pages;
        return SQLITE_OK;
      },
      this);
  // Both save time in flushes only.
  connection_->vfs()->SetLogFlushed(durability_ == Durability::kFull);
}

Result<std::unique_ptr<Store>> OpenSqliteStore(const StoreOptions& options) {
  return SqliteStore::Open(options);
}

}  // namespace perdure

const perdure_store_kind perdure_sqlite_store = {perdure::OpenSqliteStore};
