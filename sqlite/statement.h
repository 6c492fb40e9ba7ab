// Statement: one prepared statement. Row: total reading of the row it stands on.
//
// Threads: confined to the thread of the connection.
#pragma once

#include <cstdint>
#include <string_view>
#include <utility>

struct sqlite3_stmt;

namespace perdure {

class Statement {
 public:
  Statement() = default;
  explicit Statement(sqlite3_stmt* stmt) : stmt_(stmt) {}  // takes ownership
  Statement(Statement&& other) noexcept : stmt_(std::exchange(other.stmt_, nullptr)) {}
  Statement& operator=(Statement&& other) noexcept {
    std::swap(stmt_, other.stmt_);
    return *this;
  }
  ~Statement() { Finalize(); }

  explicit operator bool() const { return stmt_ != nullptr; }
  sqlite3_stmt* get() const { return stmt_; }
  void Finalize();

  // Parameters count from 1. Text and blobs are not copied: they must live until Reset().
  void BindInt(int index, int64_t value);
  void BindBits(int index, uint64_t value) { BindInt(index, static_cast<int64_t>(value)); }
  void BindText(int index, std::string_view value);
  void BindBlob(int index, std::string_view value);

  int Step();    // an (extended) SQLite result code
  void Reset();  // ready for the next use; forgets the parameters

 private:
  sqlite3_stmt* stmt_ = nullptr;
  int bind_rc_ = 0;
};

// Columns count from 0. A column of another type than asked for makes the row bad, and gives 0 or
// an empty view: read everything, then ask ok(). Views live until the statement moves on.
class Row {
 public:
  explicit Row(const Statement& statement) : stmt_(statement.get()) {}

  int64_t Int(int column);
  uint64_t Bits(int column) { return static_cast<uint64_t>(Int(column)); }
  // An integer of lowest..highest.
  int64_t IntIn(int column, int64_t lowest, int64_t highest);
  std::string_view Text(int column);
  std::string_view TextOrNull(int column);
  std::string_view Blob(int column);

  bool ok() const { return ok_; }

 private:
  std::string_view Bytes(int column, int type);

  sqlite3_stmt* stmt_;
  bool ok_ = true;
};

// Rows come in ascending order from a b-tree that may be damaged: an order that holds ends any loop
// in it.
class Ascending {
 public:
  explicit Ascending(int64_t after) : last_(after) {}
  bool Take(int64_t id) {
    if (id <= last_) return false;
    last_ = id;
    return true;
  }

 private:
  int64_t last_;
};

}  // namespace perdure
