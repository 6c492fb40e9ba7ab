// SqliteStore: the log, table `event`, and what does not fit into its rows, table `delta_piece`.
#include <sqlite3.h>

#include <algorithm>

#include "sqlite/error.h"
#include "sqlite/sqlite_store.h"

namespace perdure {
namespace {

// A piece is numbered within its event.
constexpr int kPieceBits = 20;
constexpr int64_t kPiecesMax = int64_t{1} << kPieceBits;
constexpr uint64_t kSeqMax = (uint64_t{1} << (63 - kPieceBits)) - 2;  // the next has an id, too

uint64_t PieceId(uint64_t seq, int64_t number) {
  return (seq << kPieceBits) + static_cast<uint64_t>(number);
}

// All but the pieces of its delta.
EventRecord EventOf(Row* row, uint64_t* pieces) {
  EventRecord event;
  event.seq = static_cast<uint64_t>(row->IntIn(0, 1, kSeqMax));
  event.kind = static_cast<EventKind>(row->IntIn(1, 1, 3));
  event.outcome = static_cast<EventOutcome>(row->IntIn(2, 1, 3));
  event.time_us = row->Int(3);
  event.input = row->Text(4);
  event.result = row->Text(5);
  event.delta = row->Blob(6);
  event.effects = row->Blob(7);
  event.outlet = row->Blob(8);
  event.globals = row->TextOrNull(9);
  event.chunks = static_cast<uint32_t>(row->IntIn(10, 0, UINT32_MAX));
  event.hash = row->Bits(11);
  event.earlier_count =
      static_cast<uint64_t>(row->IntIn(12, 0, static_cast<int64_t>(event.seq) - 1));
  event.earlier = row->TextOrNull(13);
  *pieces = static_cast<uint64_t>(row->IntIn(14, 0, kPiecesMax));
  return event;
}

// NULL where there is none.
void BindOptional(Statement* statement, int parameter, std::string_view text) {
  if (!text.empty()) statement->BindText(parameter, text);
}

}  // namespace

// The statement that appends the row, with all of the event but the pieces behind the first of its
// delta. It refers to the event.
Result<Statement*> SqliteStore::BindEvent(const EventRecord& event) {
  PERDURE_ASSIGN_OR_RETURN(Statement * append, UseInTransaction(kAppendEvent));
  const std::string_view delta = event.delta;
  const size_t rest = delta.size() - std::min(delta.size(), piece_bytes_);
  const uint64_t pieces = (rest + piece_bytes_ - 1) / piece_bytes_;
  if (pieces > static_cast<uint64_t>(kPiecesMax)) {
    return StateError(StatusCode::kResourceExhausted, connection_->path(),
                      "has no room for an event that changed ", delta.size(), " bytes");
  }
  append->BindBits(1, event.seq);
  append->BindInt(2, static_cast<int64_t>(event.kind));
  append->BindInt(3, static_cast<int64_t>(event.outcome));
  append->BindInt(4, event.time_us);
  append->BindText(5, event.input);
  append->BindText(6, event.result);
  append->BindBlob(7, delta.substr(0, piece_bytes_));
  append->BindBlob(8, event.effects);
  append->BindBlob(9, event.outlet);
  BindOptional(append, 10, event.globals);
  append->BindInt(11, event.chunks);
  append->BindBits(12, event.hash);
  append->BindBits(13, event.earlier_count);
  BindOptional(append, 14, event.earlier);
  append->BindBits(15, pieces);
  appended_ = true;
  return append;
}

Status SqliteStore::AppendEvent(const EventRecord& event) {
  PERDURE_ASSIGN_OR_RETURN(Statement * append, BindEvent(event));
  PERDURE_TRY(Write(append));
  const std::string_view delta = event.delta;
  return AppendPieces(event.seq, delta.substr(std::min(delta.size(), piece_bytes_)));
}

Status SqliteStore::AppendPieces(uint64_t seq, std::string_view rest) {
  for (int64_t number = 0; !rest.empty(); ++number) {
    PERDURE_ASSIGN_OR_RETURN(Statement * append, UseInTransaction(kAppendPiece));
    append->BindBits(1, PieceId(seq, number));
    append->BindBlob(2, rest.substr(0, piece_bytes_));
    PERDURE_TRY(Write(append));
    rest.remove_prefix(std::min(rest.size(), piece_bytes_));
  }
  return OkStatus();
}

// That it has changed is found by whoever knows the event's hash.
Result<std::string> SqliteStore::ReadDeltaPiece(uint64_t seq, uint64_t number) {
  PERDURE_ASSIGN_OR_RETURN(Statement * read, Use(kReadPiece));
  read->BindBits(1, PieceId(seq, static_cast<int64_t>(number)));
  const int rc = read->Step();
  Status status;
  std::string piece;
  if (rc == SQLITE_ROW) {
    Row row(*read);
    piece = row.Blob(0);
    if (!row.ok()) status = Damaged("table 'delta_piece'");
  } else {
    status = rc == SQLITE_DONE ? Damaged("table 'delta_piece'") : connection_->Error(rc);
  }
  read->Reset();
  PERDURE_TRY(std::move(status));
  return piece;
}

// Rows first: an event without some of its pieces would be a damaged one to whoever reads it.
Result<bool> SqliteStore::DeleteEventsThrough(uint64_t seq) {
  PERDURE_ASSIGN_OR_RETURN(Statement * remove, UseInTransaction(kDeleteEvents));
  remove->BindBits(1, seq);
  PERDURE_TRY(Write(remove));
  PERDURE_ASSIGN_OR_RETURN(remove, UseInTransaction(kDeletePiece));
  remove->BindBits(1, PieceId(std::min(seq, kSeqMax) + 1, 0));
  PERDURE_TRY(Write(remove));
  return sqlite3_changes(connection_->db()) == 0;
}

Result<uint64_t> SqliteStore::OldestEvent() {
  PERDURE_TRY(RequireOpen());
  if (empty_ && !in_transaction_) return uint64_t{0};
  PERDURE_ASSIGN_OR_RETURN(Statement * oldest, Use(kOldestEvent));
  PERDURE_ASSIGN_OR_RETURN(const std::optional<int64_t> seq, ReadInt(oldest, "table 'event'"));
  return static_cast<uint64_t>(seq.value_or(0));
}

Result<bool> SqliteStore::ReadEventRow(uint64_t seq, EventRecord* event, uint64_t* pieces) {
  PERDURE_TRY(RequireOpen());
  if (empty_ && !in_transaction_) return false;
  PERDURE_ASSIGN_OR_RETURN(Statement * read, Use(kReadEvent));
  read->BindBits(1, seq);
  const int rc = read->Step();
  Status status;
  if (rc == SQLITE_ROW) {
    Row row(*read);
    *event = EventOf(&row, pieces);
    if (!row.ok() || event->seq < seq) status = Damaged("table 'event'");
  } else if (rc != SQLITE_DONE) {
    status = connection_->Error(rc);
  }
  read->Reset();
  if (!status.ok()) return status;
  return rc == SQLITE_ROW && event->seq - event->earlier_count <= seq;
}

Status SqliteStore::ForEachEvent(uint64_t after, const EventVisitor& visit) {
  PERDURE_TRY(RequireOpen());
  if ((empty_ && !in_transaction_) || after >= kSeqMax) return OkStatus();
  PERDURE_ASSIGN_OR_RETURN(
      Statement statement,
      connection_->Prepare("SELECT +seq, +kind, +outcome, +time_us, +input, +result, +delta,"
                           " +effects, +outlet, +globals, +chunks, +hash, +earlier_count,"
                           " +earlier, +pieces FROM event WHERE seq > ? ORDER BY seq"));
  statement.BindBits(1, after);
  Ascending order(static_cast<int64_t>(after));
  int rc = statement.Step();
  for (; rc == SQLITE_ROW; rc = statement.Step()) {
    Row row(statement);
    uint64_t pieces = 0;
    EventRecord event = EventOf(&row, &pieces);
    if (!row.ok() || !order.Take(static_cast<int64_t>(event.seq))) return Damaged("table 'event'");
    PERDURE_TRY(AddPieces(pieces, &event));
    PERDURE_TRY(visit(event));
  }
  return rc == SQLITE_DONE ? OkStatus() : connection_->Error(rc);
}

}  // namespace perdure
