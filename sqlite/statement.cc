#include "sqlite/statement.h"

#include <sqlite3.h>

namespace perdure {

void Statement::Finalize() {
  sqlite3_finalize(
      stmt_);  // a no-op on null; repeats the last step's error, which was reported then
  stmt_ = nullptr;
}

void Statement::BindInt(int index, int64_t value) {
  const int rc = sqlite3_bind_int64(stmt_, index, value);
  if (rc != SQLITE_OK) bind_rc_ = rc;
}

void Statement::BindText(int index, std::string_view value) {
  // A null pointer would bind NULL, also for an empty text.
  const char* text = value.data() != nullptr ? value.data() : "";
  const int rc = sqlite3_bind_text64(stmt_, index, text, value.size(), SQLITE_STATIC, SQLITE_UTF8);
  if (rc != SQLITE_OK) bind_rc_ = rc;
}

void Statement::BindBlob(int index, std::string_view value) {
  const char* bytes = value.data() != nullptr ? value.data() : "";
  const int rc = sqlite3_bind_blob64(stmt_, index, bytes, value.size(), SQLITE_STATIC);
  if (rc != SQLITE_OK) bind_rc_ = rc;
}

int Statement::Step() {
  // A parameter that did not bind (too big, out of memory) must not be stored as NULL.
  if (bind_rc_ != SQLITE_OK) return bind_rc_;
  return sqlite3_step(stmt_);
}

void Statement::Reset() {
  sqlite3_reset(stmt_);
  sqlite3_clear_bindings(stmt_);
  bind_rc_ = SQLITE_OK;
}

int64_t Row::Int(int column) {
  if (sqlite3_column_type(stmt_, column) != SQLITE_INTEGER) {
    ok_ = false;
    return 0;
  }
  return sqlite3_column_int64(stmt_, column);
}

int64_t Row::IntIn(int column, int64_t lowest, int64_t highest) {
  const int64_t value = Int(column);
  if (value < lowest || value > highest) {
    ok_ = false;
    return lowest;
  }
  return value;
}

std::string_view Row::Text(int column) { return Bytes(column, SQLITE_TEXT); }

std::string_view Row::TextOrNull(int column) {
  if (sqlite3_column_type(stmt_, column) == SQLITE_NULL) return {};
  return Bytes(column, SQLITE_TEXT);
}

std::string_view Row::Blob(int column) { return Bytes(column, SQLITE_BLOB); }

std::string_view Row::Bytes(int column, int type) {
  if (sqlite3_column_type(stmt_, column) != type) {
    ok_ = false;
    return {};
  }
  const void* bytes = sqlite3_column_blob(stmt_, column);
  const int size = sqlite3_column_bytes(stmt_, column);
  if (size <= 0) return {};
  if (bytes == nullptr) {  // out of memory while the value was put together
    ok_ = false;
    return {};
  }
  return {static_cast<const char*>(bytes), static_cast<size_t>(size)};
}

}  // namespace perdure
