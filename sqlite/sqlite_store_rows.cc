// SqliteStore: reading and writing rows, but for those of the log (sqlite_store_events.cc).
//
// Unsigned 64-bit numbers are stored as SQLite's signed ones with the same bits; those that order
// rows or are counted (seq, ids) stay below 2^63.
//
// Statements that every opening prepares ask for "+column": of a result that is a bare column
// SQLite notes the table's name, the declared type and more, which is half the price of a statement
// with this many columns.
#include <sqlite3.h>

#include <cstring>

#include "sqlite/error.h"
#include "sqlite/schema.h"
#include "sqlite/sqlite_store.h"

namespace perdure {
namespace {

StateHeader HeaderOf(Row* row) {
  StateHeader header;
  int column = 0;
  header.format_version = static_cast<uint32_t>(row->IntIn(column++, 0, UINT32_MAX));
  const std::string_view hash = row->Blob(column++);  // kModuleHashColumn
  if (hash.size() == sizeof(header.module_hash)) {
    std::memcpy(header.module_hash, hash.data(), hash.size());
  }
  header.program_name = row->Text(column++);
  header.compiler = row->Text(column++);
  header.created_us = row->Int(column++);
  for (ImageHeader* image : {&header.base, &header.past}) {
    image->seq = static_cast<uint64_t>(row->IntIn(column++, 0, INT64_MAX));
    image->hash = row->Bits(column++);
    image->folding_seq = static_cast<uint64_t>(row->IntIn(column++, 0, INT64_MAX));
    image->chunks = static_cast<uint64_t>(row->IntIn(column++, 0, INT64_MAX));
    image->digest = row->Bits(column++);
  }
  header.sealed_seq = static_cast<uint64_t>(row->IntIn(column++, 0, INT64_MAX));
  header.sealed_hash = row->Bits(column++);
  header.released_seq = static_cast<uint64_t>(row->IntIn(column++, 0, INT64_MAX));
  header.hash = row->Bits(column);
  return header;
}
constexpr int kModuleHashColumn = 1;
constexpr int kDurabilityColumn = 19;

}  // namespace

// Nothing if there is no row. *durability is not changed then.
Result<std::optional<StateHeader>> SqliteStore::HeaderRow(Durability* durability) {
  PERDURE_ASSIGN_OR_RETURN(
      Statement statement,
      connection_->Prepare(
          "SELECT +format_version, +module_hash, +program_name, +compiler, +created_us,"
          " +base_seq, +base_hash, +folding_seq, +base_chunks, +base_digest,"
          " +past_seq, +past_hash, +past_folding_seq, +past_chunks, +past_digest,"
          " +sealed_seq, +sealed_hash, +released_seq, +hash, +durability FROM header"));
  const int rc = statement.Step();
  if (rc == SQLITE_DONE) return std::optional<StateHeader>();
  if (rc != SQLITE_ROW) return connection_->Error(rc);
  Row row(statement);
  const std::optional<Durability> named = DurabilityNamed(row.Text(kDurabilityColumn));
  StateHeader header = HeaderOf(&row);
  if (named.has_value()) *durability = *named;
  if (!row.ok() || !named.has_value() ||
      row.Blob(kModuleHashColumn).size() != sizeof(header.module_hash)) {
    return Damaged("table 'header'");
  }
  return std::optional<StateHeader>(std::move(header));
}

// When opening. A damaged header is reported by who asks for it: --perdure-fresh does not.
Result<Durability> SqliteStore::LoadHeader() {
  Durability durability = Durability::kFull;
  Result<std::optional<StateHeader>> header = HeaderRow(&durability);
  if (header.ok()) {
    header_ = *std::move(header);
  } else if (header.status().code() != StatusCode::kCorrupt) {
    return std::move(header).TakeStatus();
  }
  return durability;
}

Result<std::optional<StateHeader>> SqliteStore::ReadHeader() {
  PERDURE_TRY(RequireOpen());
  if (empty_ && !in_transaction_) return std::optional<StateHeader>();
  if (header_.has_value() && !in_transaction_) return header_;
  Durability ignored = durability_;
  PERDURE_ASSIGN_OR_RETURN(std::optional<StateHeader> header, HeaderRow(&ignored));
  // A state is created whole (Q3): tables without a header have lost it.
  if (!header.has_value() && !in_transaction_) return Damaged("table 'header'");
  return header;
}

Result<Statement*> SqliteStore::UseInTransaction(Sql sql) {
  PERDURE_TRY(RequireTransaction());
  return Use(sql);
}

Status SqliteStore::Write(Statement* statement) {
  const int rc = statement->Step();
  Status status = rc == SQLITE_DONE ? OkStatus() : connection_->Error(rc);
  statement->Reset();
  if (!status.ok()) write_failed_ = true;
  return status;
}

Status SqliteStore::Clear() {
  PERDURE_TRY(RequireTransaction());
  const char* const sql =
      "DELETE FROM header; DELETE FROM base_chunk; DELETE FROM base_section;"
      "DELETE FROM past_chunk; DELETE FROM past_section; DELETE FROM base_global;"
      "DELETE FROM event; DELETE FROM delta_piece";
  Status status = connection_->Run(sql);
  if (!status.ok()) write_failed_ = true;
  return status;
}

Status SqliteStore::PutHeader(const StateHeader& header) {
  PERDURE_ASSIGN_OR_RETURN(Statement * put, UseInTransaction(kPutHeader));
  put->BindInt(1, header.format_version);
  put->BindBlob(2, {reinterpret_cast<const char*>(header.module_hash), sizeof(header.module_hash)});
  put->BindText(3, header.program_name);
  put->BindText(4, header.compiler);
  put->BindInt(5, header.created_us);
  int parameter = 6;
  for (const ImageHeader* image : {&header.base, &header.past}) {
    put->BindBits(parameter++, image->seq);
    put->BindBits(parameter++, image->hash);
    put->BindBits(parameter++, image->folding_seq);
    put->BindBits(parameter++, image->chunks);
    put->BindBits(parameter++, image->digest);
  }
  put->BindBits(parameter++, header.sealed_seq);
  put->BindBits(parameter++, header.sealed_hash);
  put->BindBits(parameter++, header.released_seq);
  put->BindBits(parameter++, header.hash);
  put->BindText(parameter, DurabilityName(durability_));
  PERDURE_TRY(Write(put));
  pending_header_ = header;
  return OkStatus();
}

// The image's own of two statements that follow each other.
SqliteStore::Sql SqliteStore::Of(Image image, Sql of_base) {
  return static_cast<Sql>(of_base + (image == Image::kPast ? 1 : 0));
}

Status SqliteStore::PutChunk(Image image, uint64_t id, std::string_view blob) {
  PERDURE_ASSIGN_OR_RETURN(Statement * put, UseInTransaction(Of(image, kPutChunk)));
  put->BindBits(1, id);
  put->BindBlob(2, blob);
  return Write(put);
}

Status SqliteStore::DeleteChunk(Image image, uint64_t id) {
  PERDURE_ASSIGN_OR_RETURN(Statement * remove, UseInTransaction(Of(image, kDeleteChunk)));
  remove->BindBits(1, id);
  return Write(remove);
}

Status SqliteStore::PutSection(Image image, uint32_t tag, std::string_view blob) {
  PERDURE_ASSIGN_OR_RETURN(Statement * put, UseInTransaction(Of(image, kPutSection)));
  put->BindInt(1, tag);
  put->BindBlob(2, blob);
  return Write(put);
}

Status SqliteStore::DeleteSections(Image image) {
  PERDURE_ASSIGN_OR_RETURN(Statement * remove, UseInTransaction(Of(image, kDeleteSections)));
  return Write(remove);
}

Status SqliteStore::PutGlobalMirror(const GlobalMirror& mirror) {
  PERDURE_ASSIGN_OR_RETURN(Statement * put, UseInTransaction(kPutGlobal));
  put->BindInt(1, mirror.index);
  put->BindText(2, mirror.name);
  put->BindText(3, mirror.type);
  put->BindText(4, mirror.value);
  return Write(put);
}

Status SqliteStore::ForEachChunk(Image image, const BlobVisitor& visit) {
  return ForEachBlob(image == Image::kBase ? "SELECT id, data FROM base_chunk ORDER BY id"
                                           : "SELECT id, data FROM past_chunk ORDER BY id",
                     visit);
}

Status SqliteStore::ForEachSection(Image image, const BlobVisitor& visit) {
  return ForEachBlob(image == Image::kBase ? "SELECT tag, data FROM base_section ORDER BY tag"
                                           : "SELECT tag, data FROM past_section ORDER BY tag",
                     visit);
}

// Walks have a statement of their own, so that a visitor may use the store, walks included.
Status SqliteStore::ForEachBlob(const char* sql, const BlobVisitor& visit) {
  PERDURE_TRY(RequireOpen());
  if (empty_ && !in_transaction_) return OkStatus();
  PERDURE_ASSIGN_OR_RETURN(Statement statement, connection_->Prepare(sql));
  Ascending order(-1);
  int rc = statement.Step();
  for (; rc == SQLITE_ROW; rc = statement.Step()) {
    Row row(statement);
    const int64_t id = row.Int(0);
    const std::string_view blob = row.Blob(1);
    if (!row.ok() || !order.Take(id)) return Damaged("a base table");
    PERDURE_TRY(visit(static_cast<uint64_t>(id), blob));
  }
  return rc == SQLITE_DONE ? OkStatus() : connection_->Error(rc);
}

Result<bool> SqliteStore::ReadChunk(Image image, uint64_t id, std::string* blob) {
  PERDURE_TRY(RequireOpen());
  if (empty_ && !in_transaction_) return false;
  PERDURE_ASSIGN_OR_RETURN(Statement * read, Use(Of(image, kReadChunk)));
  read->BindBits(1, id);
  const int rc = read->Step();
  Status status;
  if (rc == SQLITE_ROW) {
    Row row(*read);
    blob->assign(row.Blob(0));
    if (!row.ok()) status = Damaged("a table of chunks");
  } else if (rc != SQLITE_DONE) {
    status = connection_->Error(rc);
  }
  read->Reset();
  if (!status.ok()) return status;
  return rc == SQLITE_ROW;
}

// Steps and resets a statement that gives one integer or nothing.
Result<std::optional<int64_t>> SqliteStore::ReadInt(Statement* statement, std::string_view table) {
  const int rc = statement->Step();
  std::optional<int64_t> value;
  Status status;
  if (rc == SQLITE_ROW) {
    Row row(*statement);
    value = row.IntIn(0, 0, INT64_MAX);
    if (!row.ok()) status = Damaged(table);
  } else if (rc != SQLITE_DONE) {
    status = connection_->Error(rc);
  }
  statement->Reset();
  if (!status.ok()) return status;
  return value;
}

Result<std::optional<uint64_t>> SqliteStore::NextChunk(Image image, uint64_t from) {
  PERDURE_TRY(RequireOpen());
  if (empty_ && !in_transaction_) return std::optional<uint64_t>();
  PERDURE_ASSIGN_OR_RETURN(Statement * next, Use(Of(image, kNextChunk)));
  next->BindBits(1, from);
  PERDURE_ASSIGN_OR_RETURN(const std::optional<int64_t> id, ReadInt(next, "a table of chunks"));
  if (!id.has_value()) return std::optional<uint64_t>();
  if (static_cast<uint64_t>(*id) < from) return Damaged("a table of chunks");
  return std::optional<uint64_t>(*id);
}

}  // namespace perdure
