// Resolving a guest's path, component by component.
//
// The guest holds a directory and names something below it. The system's own resolution would
// follow "..", absolute paths and symbolic links wherever they lead; so it is never given more than
// one component, and never a link to follow:
//
//        ┌────────────────────────────── NEXT COMPONENT ◄──────────────┐
//        │            ┌──────────┬────────────┴───┬──────────┐         │
//        │            ▼          ▼                ▼          ▼         │
//        │          "."         ".."            a name     a name,     │
//        │            │    at the root?           │        the last    │
//        │            │    no: WalkPlain from     │           │        │
//        │            │    the root to the        │           │        │
//        │            │    parent ────────────────┼───────────┼───────►│
//        │            └───────────────────────────┼───────────┼───────►│
//        │                    openat(O_PATH | O_DIRECTORY | O_NOFOLLOW)│
//        │                 is a directory ────────┼───────────┼───────►│
//        │                 is a link ──► its text before the rest ────►┘
//        ▼                                                    ▼
//   kNotcapable: ".." at the root,                       TARGET (parent, name)
//   a path or a link that begins with "/"
//
// Invariants
//  (R1) Every directory that is opened is the root, or was found in one that was, under a name
//       without a slash, by a call that follows no link. Hence each was, when it was opened, an
//       entry below the root, whatever other processes rename or replace meanwhile.
//  (R2) ".." is never given to the system: it means the directory that `plain` says, walked to anew
//       from the root. A directory that was moved out of the root between two steps cannot take us
//       along to its new parent.
//  (R3) The work is bounded: at most kLinksMax links are followed, and the path that is left never
//       has more than kPathBytesMax bytes.
//
// A directory that is already open may be moved out of the root by another process; what is then
// done in it is done to a directory that the guest had reached legitimately. The guest itself has
// no way to move one out. A hard link inside the root to a file outside is, to POSIX, that file; a
// guest can make hard links only of what it reaches.
//
// Rejected: openat2(RESOLVE_BENEATH) where there is one. It confines as well, but does not tell the
// path without links that a descriptor is reopened by in another process; and where there is none
// this code would still be needed, less tested. Rejected: holding each directory of the path open
// for "..": a path of 2000 components would need as many descriptors.
#include "rtlib/wasi/path_resolver.h"

#include <fcntl.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>

#include "rtlib/wasi/host_table_format.h"

namespace perdure::wasi {
namespace {

constexpr int kLinksMax = 40;
constexpr int kDirectoryFlags = O_PATH | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC;

// Takes the first component off *path, with the slashes behind it; says whether there were any.
std::string TakeComponent(std::string* path, bool* slash_follows) {
  const size_t end = std::min(path->find('/'), path->size());
  std::string component = path->substr(0, end);
  const size_t next = std::min(path->find_first_not_of('/', end), path->size());
  *slash_follows = next > end;
  path->erase(0, next);
  return component;
}

std::string JoinPath(const std::string& directory, const std::string& name) {
  return directory.empty() ? name : directory + "/" + name;
}

}  // namespace

SystemFd WalkPlain(int root, std::string_view plain) {
  SystemFd here(openat(root, ".", kDirectoryFlags));
  std::string rest(plain);
  while (here.ok() && !rest.empty()) {
    bool slash_follows;
    const std::string component = TakeComponent(&rest, &slash_follows);
    here = SystemFd(openat(here.get(), component.c_str(), kDirectoryFlags));
  }
  return here;
}

class PathWalk {
 public:
  PathWalk(int root, LastLink last, PathTarget* target) : last_(last), target_(*target) {
    target_.root_ = root;
  }

  Errno Run(std::string_view path) {
    if (path.empty()) return Errno::kNoent;
    if (path.size() >= kPathBytesMax) return Errno::kNametoolong;
    if (path.find('\0') != std::string_view::npos) return Errno::kInval;
    if (path.front() == '/') return Errno::kNotcapable;
    rest_ = path;
    while (!done_) {
      const Errno error = Step();
      if (error != Errno::kSuccess) return error;
    }
    return target_.must_be_directory_ ? RequireDirectory() : Errno::kSuccess;
  }

 private:
  Errno Step() {
    bool slash_follows;
    const std::string component = TakeComponent(&rest_, &slash_follows);
    const bool is_last = rest_.empty();
    if (component == "." || component == "..") {
      if (component == "..") {
        const Errno error = GoUp();
        if (error != Errno::kSuccess) return error;
      }
      if (is_last) Arrive(".", plain_, true);
      return Errno::kSuccess;
    }
    if (!is_last) return Enter(component);
    const bool follows = last_ == LastLink::kFollow || (last_ == LastLink::kKeep && slash_follows);
    if (follows) {
      const Errno error = Follow(component, slash_follows);
      if (error != Errno::kInval && error != Errno::kNoent) return error;
    }
    Arrive(component, JoinPath(plain_, component), slash_follows);
    return Errno::kSuccess;
  }

  void Arrive(const std::string& name, std::string plain, bool must_be_directory) {
    target_.name_ = name;
    target_.plain_ = std::move(plain);
    target_.must_be_directory_ = must_be_directory;
    done_ = true;
  }

  // (R1)
  Errno Enter(const std::string& component) {
    SystemFd next(openat(target_.parent(), component.c_str(), kDirectoryFlags));
    if (!next.ok()) {
      const int error = errno;
      if (error != ENOTDIR && error != ELOOP) return ErrnoFromSystem(error);
      const Errno followed = Follow(component, true);
      return followed == Errno::kInval ? Errno::kNotdir : followed;
    }
    target_.held_ = std::move(next);
    plain_ = JoinPath(plain_, component);
    return Errno::kSuccess;
  }

  // (R2)
  Errno GoUp() {
    if (plain_.empty()) return Errno::kNotcapable;
    const size_t slash = plain_.rfind('/');
    plain_.resize(slash == std::string::npos ? 0 : slash);
    SystemFd parent = WalkPlain(target_.root_, plain_);
    if (!parent.ok()) return ErrnoFromSystem(errno);
    target_.held_ = std::move(parent);
    return Errno::kSuccess;
  }

  // Puts the text of the link `component` before the rest of the path. kInval: it is no link.
  Errno Follow(const std::string& component, bool slash_follows) {
    char text[kPathBytesMax];
    const ssize_t length = readlinkat(target_.parent(), component.c_str(), text, sizeof text);
    if (length < 0) return ErrnoFromSystem(errno);
    if (length == 0) return Errno::kNoent;
    if (text[0] == '/') return Errno::kNotcapable;
    if (++links_ > kLinksMax) return Errno::kLoop;  // (R3)
    std::string path(text, static_cast<size_t>(length));
    if (slash_follows) path += '/';
    path += rest_;
    if (path.size() >= kPathBytesMax) return Errno::kNametoolong;
    rest_ = std::move(path);
    return Errno::kSuccess;
  }

  Errno RequireDirectory() const {
    struct stat info;
    if (fstatat(target_.parent(), target_.name(), &info, AT_SYMLINK_NOFOLLOW) == 0) {
      return S_ISDIR(info.st_mode) ? Errno::kSuccess : Errno::kNotdir;
    }
    return errno == ENOENT ? Errno::kSuccess : ErrnoFromSystem(errno);
  }

  const LastLink last_;
  PathTarget& target_;
  std::string rest_;   // what is left of the path
  std::string plain_;  // of the directory we are in
  int links_ = 0;
  bool done_ = false;
};

Errno ResolvePath(int root, std::string_view path, LastLink last, PathTarget* target) {
  return PathWalk(root, last, target).Run(path);
}

}  // namespace perdure::wasi
