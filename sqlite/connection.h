// Connection: an SQLite connection to a state file that this process owns.
//
// Threads: confined to the thread of the store.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "perdure/instance.h"
#include "perdure/status.h"
#include "sqlite/statement.h"

struct sqlite3;

namespace perdure {

class StateVfs;

class Connection {
 public:
  // Opens (or creates, empty) the file and takes ownership of it; SQLite has read nothing of it
  // yet.
  static Result<std::unique_ptr<Connection>> Open(const std::string& path);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // Settings that hold from the first read on.
  Status Configure();
  // And those that hold from the first write on. REQUIRES: no open transaction.
  Status ConfigureWriting(Durability durability);
  // Lowers what SQLite takes in one value or row to `bytes`; 0: leaves it. What it takes now.
  size_t LimitValues(size_t bytes);
  // How commits are flushed from now on. REQUIRES: no open transaction.
  Status SetSynchronous(Durability durability);
  // Makes the write-ahead log the journal. REQUIRES: no open transaction, a schema.
  Status UseWal();
  // Moves the log into the main file; false if a reader was in the way of some of it. `truncate`:
  // and makes the log empty.
  Result<bool> Checkpoint(bool truncate);

  Result<Statement> Prepare(const char* sql);
  Status Run(const char* sql);  // one or more statements without results
  // The first column of the first row, an integer; kCorrupt if there is none.
  Result<int64_t> QueryInt(const char* sql);

  // The status for `rc`, which SQLite returned just now.
  Status Error(int rc) const;

  // Closes. `leave_clean`: removes the log; otherwise all files stay as they are.
  // `remove`: removes the file, under the lock. Idempotent.
  Status Close(bool leave_clean, bool remove);

  sqlite3* db() const { return db_; }
  StateVfs* vfs() const { return vfs_.get(); }
  const std::string& path() const { return path_; }  // as the user gave it, for messages
  // As SQLite has it, links resolved; with "-wal" the log's name.
  const std::string& sqlite_name() const { return sqlite_name_; }

 private:
  explicit Connection(std::string path);
  Status OpenFile();
  Result<bool> Own();

  std::string path_;
  std::string sqlite_name_;
  std::unique_ptr<StateVfs> vfs_;
  sqlite3* db_ = nullptr;
};

}  // namespace perdure
