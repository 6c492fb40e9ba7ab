// Leaves out of a program what its libraries have and no state uses: a third of SQLite, the
// mathematical functions that SQLite offers, and what the C++ library says of exceptions.
//
// Where libsqlite3.a has an object file per source file (Debian's has), each of these comes into a
// program only because something else names how it begins. The linker finds the definitions here
// first: 0.9 MB less, and less to begin at every open. What is not there cannot be called by what
// was written into a state file either. They are weak: where a library has one of them in an object
// file that is needed anyway, or is one object file, its own wins.
//
//   no full-text search, R-Tree, JSON, table of statements or of pages
//   no SQL function, not even count(): the statements of this store call none. (The views in
//     schema/ do. They are for other programs: SQLite looks a view's functions up when it is read.)
//   no helper threads for sorting, which would have to be asked for, and none anywhere else
//   no views: SQLite parses the whole schema before its first statement, and would spend most of
//     that time on the two of a state, which are for people
//
// The state itself is what it was: its schema, views included, does not depend on this.
//
// Only `perdure build` asks for this file, with -u and the symbol below and with --wrap, and only
// for programs without host libraries, which may use SQLite themselves: what the program has is
// what they get.
#include <sqlite3.h>

#include <cstdlib>
#include <cstring>

// As SQLite defines them, where it matters: pointers to what this file does not look at are void*.
#define PERDURE_PART extern "C" [[gnu::weak, gnu::visibility("hidden")]]

PERDURE_PART int sqlite3Fts3Init(sqlite3*) { return SQLITE_OK; }
PERDURE_PART int sqlite3Fts5Init(sqlite3*) { return SQLITE_OK; }
PERDURE_PART int sqlite3RtreeInit(sqlite3*) { return SQLITE_OK; }
PERDURE_PART int sqlite3JsonTableFunctions(sqlite3*) { return SQLITE_OK; }
PERDURE_PART int sqlite3StmtVtabInit(sqlite3*) { return SQLITE_OK; }
PERDURE_PART int sqlite3DbstatRegister(sqlite3*) { return SQLITE_OK; }

// All that others see of func.c, which names the functions of JSON, dates and libm.
PERDURE_PART void sqlite3RegisterBuiltinFunctions() {}
PERDURE_PART void sqlite3RegisterPerConnectionBuiltinFunctions(sqlite3*) {}
PERDURE_PART void sqlite3RegisterLikeFunctions(sqlite3*, int) {}
PERDURE_PART int sqlite3IsLikeFunction(sqlite3*, void*, int*, char*) { return 0; }

PERDURE_PART int sqlite3ThreadCreate(void**, void* (*)(void*), void*) { return SQLITE_ERROR; }
PERDURE_PART int sqlite3ThreadJoin(void*, void**) { return SQLITE_ERROR; }

// What follows takes the place of functions that embedders call, too: by their own names, this file
// would be taken from the archive for them. Hence --wrap.
#define PERDURE_WRAP extern "C" [[gnu::visibility("hidden")]]

PERDURE_WRAP int perdure_no_match(const char*, const char*) __asm__("__wrap_sqlite3_strglob");
int perdure_no_match(const char*, const char*) { return 1; }
PERDURE_WRAP int perdure_unlike(const char*, const char*,
                                unsigned) __asm__("__wrap_sqlite3_strlike");
int perdure_unlike(const char*, const char*, unsigned) { return 1; }

// sqlite3_exec, statement by statement as SQLite's own, and without its messages. It is asked for
// rows only where SQLite reads the schema: all of it when a database is opened, and "WHERE"
// something was created.
PERDURE_WRAP int perdure_exec(sqlite3* db, const char* sql, int (*take)(void*, int, char**, char**),
                              void* context, char** /*message*/) __asm__("__wrap_sqlite3_exec");

int perdure_exec(sqlite3* db, const char* sql, int (*take)(void*, int, char**, char**),
                 void* context, char** /*message*/) {
  constexpr int kSchemaColumns = 5;  // type, name, tbl_name, rootpage, sql
  const bool leaves_out_views = take != nullptr && std::strstr(sql, " WHERE ") == nullptr;
  int rc = SQLITE_OK;
  while (rc == SQLITE_OK && *sql != '\0') {
    sqlite3_stmt* statement = nullptr;
    rc = sqlite3_prepare_v2(db, sql, -1, &statement, &sql);
    if (rc != SQLITE_OK || statement == nullptr) continue;
    while (rc == SQLITE_OK && sqlite3_step(statement) == SQLITE_ROW) {
      if (take == nullptr) continue;
      char* row[kSchemaColumns] = {};
      for (int i = 0; i < kSchemaColumns; ++i) {
        row[i] =
            reinterpret_cast<char*>(const_cast<unsigned char*>(sqlite3_column_text(statement, i)));
      }
      if (leaves_out_views && row[0] != nullptr && std::strcmp(row[0], "view") == 0) continue;
      if (take(context, kSchemaColumns, row, nullptr) != 0) rc = SQLITE_ABORT;
    }
    const int ended = sqlite3_finalize(statement);
    if (rc == SQLITE_OK) rc = ended;
  }
  return rc;
}

// The C++ library's tells what was thrown, with a demangler. Nothing in a program throws.
namespace __gnu_cxx {
[[gnu::weak, gnu::visibility("hidden")]] void __verbose_terminate_handler() { std::abort(); }
}  // namespace __gnu_cxx

// Nobody else in the process uses SQLite, from any thread, and a state has few rows in use at a
// time: nothing is laid in for more. (Most of what a start costs is touching memory.)
extern "C" [[gnu::visibility("hidden")]] void perdure_program_parts() {
  sqlite3_config(SQLITE_CONFIG_SINGLETHREAD);
  sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  sqlite3_config(SQLITE_CONFIG_PAGECACHE, nullptr, 0, 0);
  sqlite3_config(SQLITE_CONFIG_LOOKASIDE, 0, 0);
}
