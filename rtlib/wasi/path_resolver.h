// Path resolution that cannot leave the directory it starts in.
#pragma once

#include <string>
#include <string_view>

#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/system_fd.h"

namespace perdure::wasi {

enum class LastLink : uint8_t {
  kFollow,  // a symbolic link in the last place stands for what it names
  kKeep,    // ... stands for itself, unless a slash follows it
  kNever,   // ... stands for itself always (what is removed or renamed)
};

// Where a path leads: an entry of a directory that is held open. The entry need not exist. Use it
// with calls that follow no link (O_NOFOLLOW, AT_SYMLINK_NOFOLLOW): what was no link a moment ago
// may be one now.
class PathTarget {
 public:
  int parent() const { return held_.ok() ? held_.get() : root_; }
  // One component, or "." for the directory itself.
  const char* name() const { return name_.c_str(); }
  // The path from the root without links, "." and "..": what the descriptor table keeps. Empty for
  // the root itself.
  const std::string& plain() const { return plain_; }
  // A slash stood behind it: it must be a directory.
  bool must_be_directory() const { return must_be_directory_; }

 private:
  friend class PathWalk;
  int root_ = -1;
  SystemFd held_;
  std::string name_, plain_;
  bool must_be_directory_ = false;
};

// `path` from the directory `root`, which must outlive *target. kNotcapable: it would leave `root`.
Errno ResolvePath(int root, std::string_view path, LastLink last, PathTarget* target);

// Opens the directory at `plain` (as PathTarget::plain()) without following any link: an O_PATH
// descriptor, or one that is not ok(), with errno.
SystemFd WalkPlain(int root, std::string_view plain);

}  // namespace perdure::wasi
