// SqliteStore: the Store (rtlib/engine/store.h) in one SQLite file.
//
//   Open: own, check, recover
//      +---------------------------------.     what becomes of the log, PATH-wal
//      |                                 |     Begin, Commit  appended to
//      v                                 v     Abort          cut back to where it was at Begin
//    EMPTY --Begin-> CREATING -Commit-> OPEN   Maintain       if long: sealed, moved into PATH,
//      ^ |               |               |                    and then overwritten
//      '-+----Abort------'               |     the last one   always so, and then closed
//        '---Close---> CLOSED <---Close--'
//
// Invariants (tests cite them)
//  (Q1) From Open to Close this process holds the exclusive lock: nobody else writes, or sees a log
//       without its file.
//  (Q2) A file that is not a state is never changed: it is looked at (state_file.h,
//       wal_inspection.h, schema.h) before SQLite may recover, roll back or create anything in it.
//  (Q3) PATH is created by the first transaction, with the base in it, under a rollback journal:
//       new pages are written once, and until the commit the file is empty to whoever opens it.
//       Later transactions go to the log, one flush each. A first transaction that does not commit
//       leaves no file.
//  (Q4) The log is moved into PATH only after the header was sealed with the newest event. (Except
//       when a state is opened with another durability than before: that seal covers less, until
//       the next.)
//  (Q5) Neither an aborted transaction nor a dead process leaves anything behind the valid part of
//       the log, so that what is found there later is one unfinished transaction (W3 in
//       wal_inspection.cc).
//  (Q6) What is read back has been checked for type, size and order; its meaning is the engine's
//       business.
//  (Q7) After Commit has failed on an I/O error nothing more is written: the kernel may have
//       dropped what it could not write, and a later flush would not notice.
//
// Rejected: one log of our own format beside SQLite's (two recoveries to get right); SQLite's
// automatic checkpoints (they run inside a commit, before a seal); SQLite's NORMAL locking mode (a
// -shm file, and two processes that could take turns between events, each with its own idea of the
// state in memory).
//
// Threads: confined to the thread of the instance.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "rtlib/engine/store.h"
#include "sqlite/connection.h"
#include "sqlite/mark_file.h"
#include "sqlite/statement.h"

namespace perdure {

class SqliteStore final : public Store {
 public:
  static Result<std::unique_ptr<Store>> Open(const StoreOptions& options);
  ~SqliteStore() override;

  Result<std::optional<StateHeader>> ReadHeader() override;
  Status Begin() override;
  Status Commit() override;
  void Abort() override;
  Status CommitEvent(const EventRecord& event) override;

  Status Clear() override;
  Status PutHeader(const StateHeader& header) override;
  Status PutChunk(Image image, uint64_t id, std::string_view blob) override;
  Status DeleteChunk(Image image, uint64_t id) override;
  Status PutSection(Image image, uint32_t tag, std::string_view blob) override;
  Status DeleteSections(Image image) override;
  Status PutGlobalMirror(const GlobalMirror& mirror) override;
  Status AppendEvent(const EventRecord& event) override;
  Result<bool> DeleteEventsThrough(uint64_t seq) override;

  Status ForEachChunk(Image image, const BlobVisitor& visit) override;
  Status ForEachSection(Image image, const BlobVisitor& visit) override;
  Result<bool> ReadChunk(Image image, uint64_t id, std::string* blob) override;
  Result<std::optional<uint64_t>> NextChunk(Image image, uint64_t from) override;
  Status ForEachEvent(uint64_t after, const EventVisitor& visit) override;
  Result<bool> ReadEventRow(uint64_t seq, EventRecord* event, uint64_t* pieces) override;
  Result<std::string> ReadDeltaPiece(uint64_t seq, uint64_t number) override;
  Result<uint64_t> OldestEvent() override;

  Status PutMark(std::string_view mark) override;
  Result<std::string> ReadMark() override;
  Status DropMark() override;

  Status Maintain(const StateHeader& sealed, Moment moment) override;
  bool MaintenanceIsDue(Moment moment) const override;
  Status Close() override;
  uint64_t BytesWritten() const override;
  uint64_t BytesOnDisk() const override;

 private:
  // 2 MB of log, if there is never time to move it. A page costs the processor 1 to 2 us to move,
  // and the next event waits for all of them: this is what a millisecond is enough for. Fewer
  // pages: more flushes, two for each move. More bytes than with 2000 pages are hardly written,
  // because folds go through pages in their order (0.635 and 0.614 for each byte of changed chunks,
  // of a Lua).
  static constexpr int kCheckpointPages = 500;
  // When nobody is waiting.
  static constexpr int kCheckpointPagesIdle = 125;

  // The statements of the commit path, prepared once.
  enum Sql : uint8_t {
    kBegin,
    kCommit,
    kRollback,
    kPutHeader,
    // One for each image, in their order.
    kPutChunk,
    kPutPastChunk,
    kDeleteChunk,
    kDeletePastChunk,
    kPutSection,
    kPutPastSection,
    kDeleteSections,
    kDeletePastSections,
    kReadChunk,
    kReadPastChunk,
    kNextChunk,
    kNextPastChunk,
    kPutGlobal,
    kAppendEvent,
    kAppendPiece,
    kDeleteEvents,
    kDeletePiece,
    kReadEvent,
    kReadPiece,
    kOldestEvent,
    kSqlCount
  };

  SqliteStore(std::unique_ptr<Connection> connection, const StoreOptions& options);

  // The parts of Open.
  Status OpenExisting();
  Status OpenEmpty();
  Result<Durability> LoadHeader();
  Status RecordDurability(Durability recorded);
  void StartLog();

  Status PrepareToWrite();
  Result<Statement*> Use(Sql sql);
  Status Step(Sql sql);  // a statement without parameters or rows
  Result<Statement*> UseInTransaction(Sql sql);
  static Sql Of(Image image, Sql of_base);
  Result<std::optional<StateHeader>> HeaderRow(Durability* durability);
  Result<std::optional<int64_t>> ReadInt(Statement* statement, std::string_view table);
  Status Write(Statement* statement);  // steps and resets a writing statement
  Status RequireOpen() const;
  Status RequireTransaction() const;  // one without a failed write
  Status BeginWriting();              // of a transaction
  Status Committed(int rc);
  Result<Statement*> BindEvent(const EventRecord& event);
  Status SealAndCheckpoint(const StateHeader& sealed);
  Status ForEachBlob(const char* sql, const BlobVisitor& visit);
  Status AppendPieces(uint64_t seq, std::string_view rest);
  Status Damaged(std::string_view where) const;

  std::unique_ptr<Connection> connection_;  // null: closed
  MarkFile mark_;
  Durability durability_;
  const size_t piece_bytes_;  // of a delta, in one row
  std::array<Statement, kSqlCount> statements_;

  bool opened_ = false;           // until then Close leaves all files alone
  bool empty_ = false;            // EMPTY or CREATING
  bool may_write_ = false;        // the connection is set up for it
  bool remove_if_empty_ = false;  // the file was not there before us
  bool in_transaction_ = false;
  bool write_failed_ = false;  // in the open transaction
  Status broken_;              // (Q7)

  int log_pages_ = 0;  // frames in the log after the last commit; 0: all of them are in PATH
  int checkpoint_pages_ = kCheckpointPages;  // Maintain acts from here on
  bool appended_ = false;                    // an event, in the open transaction
  bool committed_event_ = false;             // since Open
  uint64_t bytes_written_at_close_ = 0;
  std::optional<StateHeader> header_;          // as committed, if this store wrote or read it
  std::optional<StateHeader> pending_header_;  // as written in the open transaction
};

}  // namespace perdure
