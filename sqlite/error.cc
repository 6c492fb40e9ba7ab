#include "sqlite/error.h"

#include <sqlite3.h>

#include <cerrno>
#include <cstring>

namespace perdure {

std::string ErrnoText(int error) { return std::strerror(error); }

StatusCode CodeOfErrno(int error) {
  return error == ENOSPC || error == EDQUOT || error == ENOMEM || error == EMFILE || error == ENFILE
             ? StatusCode::kResourceExhausted
             : StatusCode::kIo;
}

namespace {

Status NoRoom(std::string_view path, int error) {
  return StateError(StatusCode::kResourceExhausted, path, "cannot be written: ", ErrnoText(error),
                    ": free some room and try again");
}

// `doing`: "read", "written", "opened".
Status SystemError(std::string_view path, std::string_view doing, int error, int rc) {
  if (error == ENOSPC || error == EDQUOT) return NoRoom(path, error);
  return StateError(CodeOfErrno(error), path, "cannot be ", doing, ": ",
                    error != 0 ? ErrnoText(error) : std::string(sqlite3_errstr(rc)));
}

// SQLite quotes pieces of a damaged schema, line ends included; a message is one line.
std::string OneLine(std::string_view text) {
  constexpr size_t kMessageMax = 160;
  std::string line(text.substr(0, kMessageMax));
  for (char& c : line) {
    if (static_cast<unsigned char>(c) < ' ' || static_cast<unsigned char>(c) > '~') c = ' ';
  }
  return line;
}

bool IsReadError(int rc) {
  return rc == SQLITE_IOERR_READ || rc == SQLITE_IOERR_SHORT_READ || rc == SQLITE_IOERR_FSTAT ||
         rc == SQLITE_IOERR_ACCESS;
}

}  // namespace

Status SqliteError(sqlite3* db, std::string_view path, int rc) {
  const int error = db != nullptr ? sqlite3_system_errno(db) : 0;
  const std::string text = OneLine(db != nullptr ? sqlite3_errmsg(db) : sqlite3_errstr(rc));
  switch (rc & 0xff) {
    case SQLITE_FULL:
      return NoRoom(path, ENOSPC);
    case SQLITE_IOERR:
      if (rc == SQLITE_IOERR_NOMEM) break;
      // Bytes that are not there are a truncated file, not a failing device.
      if (rc == SQLITE_IOERR_SHORT_READ || rc == SQLITE_IOERR_CORRUPTFS) {
        return StateError(StatusCode::kCorrupt, path, "is truncated: restore it from a backup");
      }
      return SystemError(path, IsReadError(rc) ? "read" : "written", error, rc);
    case SQLITE_CANTOPEN:
      return SystemError(path, "opened", error, rc);
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return StateError(StatusCode::kIo, path, "cannot be written: ", text);
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return StateError(StatusCode::kLocked, path, "is in use by another connection: ", text);
    case SQLITE_TOOBIG:
      return StateError(StatusCode::kResourceExhausted, path,
                        "cannot hold a row of more than 1000000000 bytes");
    case SQLITE_CORRUPT:
    case SQLITE_NOTADB:
    case SQLITE_ERROR:  // our statements are constants: only a schema that lies makes them fail
    case SQLITE_FORMAT:
    case SQLITE_SCHEMA:
    case SQLITE_CONSTRAINT:  // the engine never writes a row twice: one is there that should not be
      return StateError(StatusCode::kCorrupt, path, "is damaged (", text,
                        "): restore it from a backup");
    case SQLITE_NOMEM:
      break;
    default:
      return StateError(StatusCode::kFailedPrecondition, path, "refused an operation: ", text);
  }
  return StateError(StatusCode::kResourceExhausted, path, "needs more memory than there is");
}

}  // namespace perdure
