// Uses SQLite for itself beside a state. What programs have in place of some of its functions is
// not for those who link the archives: they get SQLite's own.
#include <sqlite3.h>

#include <cstdio>

#include "counter.hpp"

namespace {

int Seen(void* rows, int, char**, char**) {
  ++*static_cast<int*>(rows);
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  if (!counter::Counter::Open(argv[1]).ok()) return 1;
  sqlite3* db = nullptr;
  int rows = 0;
  const bool runs =
      sqlite3_open(":memory:", &db) == SQLITE_OK &&
      sqlite3_exec(db, "SELECT upper('a') UNION SELECT 'b'", Seen, &rows, nullptr) == SQLITE_OK;
  sqlite3_close(db);
  const bool matches =
      sqlite3_strglob("*.wasm", "counter.wasm") == 0 && sqlite3_strlike("a_c", "ABC", 0) == 0;
  if (runs && rows == 2 && matches) return 0;
  std::fputs("this is not all of SQLite\n", stderr);
  return 1;
}
