// Leaves out of a program what SQLite has and no state uses.
//
// Where libsqlite3.a has an object file per source file (Debian's has), full-text search and
// R-Trees come into a program only because SQLite's list of built-in extensions names how they
// begin. The linker finds these definitions first: 320 KB less, and less to begin at every open.
// They are weak: a libsqlite3.a that is one object file has its own, which win.
//
// Only `perdure build` asks for this file, with -u and the symbol below: applications that link our
// archives have a SQLite of their own.
#include <sqlite3.h>

extern "C" {
[[gnu::weak, gnu::visibility("hidden")]] int sqlite3Fts3Init(sqlite3*) { return SQLITE_OK; }
[[gnu::weak, gnu::visibility("hidden")]] int sqlite3Fts5Init(sqlite3*) { return SQLITE_OK; }
[[gnu::weak, gnu::visibility("hidden")]] int sqlite3RtreeInit(sqlite3*) { return SQLITE_OK; }
extern const char perdure_sqlite_without_extensions;
const char perdure_sqlite_without_extensions = 0;
}
