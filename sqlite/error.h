// SQLite's result codes as Status. Every message begins "state 'PATH'" and ends with a way out
// where there is one.
#pragma once

#include <string>
#include <string_view>

#include "perdure/status.h"
#include "rtlib/base/text.h"

struct sqlite3;

namespace perdure {

template <typename... Pieces>
Status StateError(StatusCode code, std::string_view path, const Pieces&... pieces) {
  return Status(code, StrCat("state '", path, "' ", pieces...));
}

// strerror(), as a string.
std::string ErrnoText(int error);

// kResourceExhausted if `error` says that there is no room, kIo otherwise.
StatusCode CodeOfErrno(int error);

// What failed, from an (extended) result code other than SQLITE_OK, ROW and DONE. `db` may be null.
Status SqliteError(sqlite3* db, std::string_view path, int rc);

}  // namespace perdure
