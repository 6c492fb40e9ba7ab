// Who holds a lock on a file that SQLite has open.
#pragma once

#include <sys/types.h>

#include <string>

namespace perdure {

// The process that holds one of SQLite's locks on `path`; 0 if no other process does; -1 if the
// system knows of a lock but not of its owner (a process in another container, or on another
// machine). REQUIRES: a descriptor of the file is open in this process. It is used rather than one
// of our own, because closing any descriptor of a file drops all POSIX locks the process has on it.
pid_t LockOwner(const std::string& path);

}  // namespace perdure
