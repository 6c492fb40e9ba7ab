// GuestPath: a path copied out of guest memory.
#pragma once

#include <string_view>

#include "perdure/host.h"
#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/host_table_format.h"
#include "rtlib/wasi/path_resolver.h"

namespace perdure::wasi {

// Plain memory, no destructor: it may be on a frame that a trap unwinds.
struct GuestPath {
  char text[kPathBytesMax];
  size_t length = 0;
  std::string_view view() const { return {text, length}; }
};

// kFault; kNametoolong for more than kPathBytesMax - 1 bytes; kInval for a NUL.
Errno LoadPath(perdure_host* host, uint32_t address, uint32_t length, GuestPath* path);

// ResolvePath below descriptor `fd`, which must be a directory with `rights`.
Errno ResolveBelow(perdure_host* host, uint32_t fd, uint64_t rights, std::string_view path,
                   LastLink last, Descriptor* directory, PathTarget* target);

// The path below its preopen of what `target` is below `directory`.
std::string PathBelowPreopen(const Descriptor& directory, const PathTarget& target);

}  // namespace perdure::wasi
