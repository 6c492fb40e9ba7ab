// What a path and the first bytes of a file say, before SQLite may do anything with them: SQLite
// creates, recovers and rolls back as soon as it reads, and must not do that to a file that is not
// a state.
#pragma once

#include <string>

#include "perdure/status.h"

namespace perdure {

class StateVfs;

// `path` as SQLite gets it. SQLite gives meaning to ":memory:" and "file:..."; a path is only a
// path.
Result<std::string> SqlitePath(const std::string& path);

// Refuses, with the reason, a path that cannot be a state or cannot be written. OK for a missing
// file in a directory that exists.
Status CheckPath(const std::string& path);

// Looks at the main file, which the caller owns (StateVfs::Own). True: it is a state. False: it is
// empty, or the remains of a creation that SQLite will roll back to an empty file. `sqlite_name` is
// the name SQLite gives it, links resolved, to which it appends -journal and -wal.
Result<bool> CheckFile(const std::string& path, const std::string& sqlite_name, StateVfs* vfs);

}  // namespace perdure
