// path_create_directory, path_remove_directory, path_unlink_file, path_rename, path_link,
// path_symlink.
//
// What they change is outside of the state and happens at once: it does not wait for the event's
// commit, and a trap does not undo it. An event that is delivered again because its commit was lost
// finds it done: creating gives `exist`, removing and renaming `noent`.
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_path.h"

namespace perdure::wasi {
namespace {

constexpr mode_t kDirectoryMode = 0777;

Errno Result(int result) { return result == 0 ? Errno::kSuccess : ErrnoFromSystem(errno); }

Errno CreateDirectory(perdure_host* host, uint32_t fd, std::string_view path) {
  Descriptor directory;
  PathTarget target;
  const Errno error = ResolveBelow(host, fd, kRightsPathCreateDirectory, path, LastLink::kNever,
                                   &directory, &target);
  if (error != Errno::kSuccess) return error;
  return Result(mkdirat(target.parent(), target.name(), kDirectoryMode));
}

Errno Remove(perdure_host* host, uint32_t fd, std::string_view path, uint64_t rights, int flags) {
  Descriptor directory;
  PathTarget target;
  const Errno error = ResolveBelow(host, fd, rights, path, LastLink::kNever, &directory, &target);
  if (error != Errno::kSuccess) return error;
  return Result(unlinkat(target.parent(), target.name(), flags));
}

Errno Rename(perdure_host* host, uint32_t fd, std::string_view path, uint32_t new_fd,
             std::string_view new_path) {
  Descriptor from, to;
  PathTarget source, target;
  Errno error =
      ResolveBelow(host, fd, kRightsPathRenameSource, path, LastLink::kNever, &from, &source);
  if (error != Errno::kSuccess) return error;
  error =
      ResolveBelow(host, new_fd, kRightsPathRenameTarget, new_path, LastLink::kNever, &to, &target);
  if (error != Errno::kSuccess) return error;
  struct stat info;
  if (target.must_be_directory() &&
      fstatat(source.parent(), source.name(), &info, AT_SYMLINK_NOFOLLOW) == 0 &&
      !S_ISDIR(info.st_mode)) {
    return Errno::kNotdir;
  }
  error = Result(renameat(source.parent(), source.name(), target.parent(), target.name()));
  // Open descriptors are found again under the new name.
  if (error == Errno::kSuccess && from.record->number == to.record->number) {
    host->live_table->RenamePaths(from.record->number, PathBelowPreopen(from, source),
                                  PathBelowPreopen(to, target));
  }
  return error;
}

Errno Link(perdure_host* host, uint32_t fd, uint32_t lookup_flags, std::string_view path,
           uint32_t new_fd, std::string_view new_path) {
  Descriptor from, to;
  PathTarget source, target;
  const bool follows = (lookup_flags & kLookupSymlinkFollow) != 0;
  Errno error = ResolveBelow(host, fd, kRightsPathLinkSource, path,
                             follows ? LastLink::kFollow : LastLink::kKeep, &from, &source);
  if (error != Errno::kSuccess) return error;
  error =
      ResolveBelow(host, new_fd, kRightsPathLinkTarget, new_path, LastLink::kNever, &to, &target);
  if (error != Errno::kSuccess) return error;
  if (target.must_be_directory()) return Errno::kNoent;
  return Result(linkat(source.parent(), source.name(), target.parent(), target.name(), 0));
}

// A link that leads out of the root cannot be followed by a guest, but by others who look into the
// directory; an absolute one surely does.
Errno Symlink(perdure_host* host, const char* text, uint32_t fd, std::string_view path) {
  if (text[0] == '/') return Errno::kNotcapable;
  Descriptor directory;
  PathTarget target;
  const Errno error =
      ResolveBelow(host, fd, kRightsPathSymlink, path, LastLink::kNever, &directory, &target);
  if (error != Errno::kSuccess) return error;
  if (target.must_be_directory()) return Errno::kNoent;
  return Result(symlinkat(text, target.parent(), target.name()));
}

struct PathArgument {
  uint32_t at;
  uint32_t length;
};

// Loads one path, or two, and hands them on.
template <typename Use>
uint32_t WithPath(perdure_host* host, PathArgument argument, Use use) {
  GuestPath path;
  const Errno error = LoadPath(host, argument.at, argument.length, &path);
  return Number(error == Errno::kSuccess ? use(path.view()) : error);
}

template <typename Use>
uint32_t WithPaths(perdure_host* host, PathArgument first, PathArgument second, Use use) {
  return WithPath(host, first, [&](std::string_view one) {
    GuestPath two;
    const Errno error = LoadPath(host, second.at, second.length, &two);
    return error == Errno::kSuccess ? use(one, two.view()) : error;
  });
}

}  // namespace
}  // namespace perdure::wasi

using perdure::wasi::WithPath;
using perdure::wasi::WithPaths;

uint32_t PERDURE_WASI(path_create_directory)(perdure_host* host, uint32_t fd, uint32_t path,
                                             uint32_t path_len) {
  return WithPath(host, {path, path_len}, [&](std::string_view text) {
    return perdure::wasi::CreateDirectory(host, fd, text);
  });
}

uint32_t PERDURE_WASI(path_remove_directory)(perdure_host* host, uint32_t fd, uint32_t path,
                                             uint32_t path_len) {
  return WithPath(host, {path, path_len}, [&](std::string_view text) {
    return perdure::wasi::Remove(host, fd, text, perdure::wasi::kRightsPathRemoveDirectory,
                                 AT_REMOVEDIR);
  });
}

uint32_t PERDURE_WASI(path_unlink_file)(perdure_host* host, uint32_t fd, uint32_t path,
                                        uint32_t path_len) {
  return WithPath(host, {path, path_len}, [&](std::string_view text) {
    return perdure::wasi::Remove(host, fd, text, perdure::wasi::kRightsPathUnlinkFile, 0);
  });
}

uint32_t PERDURE_WASI(path_rename)(perdure_host* host, uint32_t fd, uint32_t path,
                                   uint32_t path_len, uint32_t new_fd, uint32_t new_path,
                                   uint32_t new_path_len) {
  return WithPaths(host, {path, path_len}, {new_path, new_path_len},
                   [&](std::string_view from, std::string_view to) {
                     return perdure::wasi::Rename(host, fd, from, new_fd, to);
                   });
}

uint32_t PERDURE_WASI(path_link)(perdure_host* host, uint32_t fd, uint32_t lookup_flags,
                                 uint32_t path, uint32_t path_len, uint32_t new_fd,
                                 uint32_t new_path, uint32_t new_path_len) {
  return WithPaths(host, {path, path_len}, {new_path, new_path_len},
                   [&](std::string_view from, std::string_view to) {
                     return perdure::wasi::Link(host, fd, lookup_flags, from, new_fd, to);
                   });
}

uint32_t PERDURE_WASI(path_symlink)(perdure_host* host, uint32_t path, uint32_t path_len,
                                    uint32_t fd, uint32_t new_path, uint32_t new_path_len) {
  return WithPaths(host, {path, path_len}, {new_path, new_path_len},
                   [&](std::string_view text, std::string_view at) {
                     const std::string zero_terminated(text);
                     return perdure::wasi::Symlink(host, zero_terminated.c_str(), fd, at);
                   });
}
