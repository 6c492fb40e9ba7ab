// path_open.
//
// Rights decide how the system opens the file: to read, to write, or both. What the guest asks for
// must lie within what its directory passes on; what makes no sense for the type of file it turns
// out to be is left out of the descriptor.
#include <fcntl.h>
#include <sys/stat.h>

#include <cerrno>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/file_identity.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/guest_path.h"

namespace perdure::wasi {
namespace {

constexpr mode_t kFileMode = 0666;
constexpr uint64_t kRightsThatRead = kRightsFdRead | kRightsFdReaddir;
constexpr uint64_t kRightsThatWrite = kRightsFdWrite | kRightsFdAllocate | kRightsFdFilestatSetSize;

struct OpenRequest {
  uint32_t directory;
  uint32_t lookup_flags;
  uint32_t oflags;
  uint64_t rights_base;
  uint64_t rights_inheriting;
  uint32_t fdflags;
};

// The rights that the directory needs for the request.
uint64_t RightsNeeded(const OpenRequest& request) {
  uint64_t rights = kRightsPathOpen;
  if ((request.oflags & kOflagsCreat) != 0) rights |= kRightsPathCreateFile;
  if ((request.oflags & kOflagsTrunc) != 0) rights |= kRightsPathFilestatSetSize;
  return rights;
}

// What a descriptor of the type can have of the rights asked for.
uint64_t RightsOf(Filetype filetype, uint64_t rights) {
  switch (filetype) {
    case Filetype::kDirectory:
      return rights & kRightsOfDirectory;
    case Filetype::kRegularFile:
    case Filetype::kBlockDevice:
      return rights & kRightsOfFile;
    default:
      return rights & kRightsOfStream;
  }
}

bool Reads(const OpenRequest& request) { return (request.rights_base & kRightsThatRead) != 0; }
bool Writes(const OpenRequest& request) {
  return (request.rights_base & kRightsThatWrite) != 0 && (request.oflags & kOflagsDirectory) == 0;
}

// Never waits (a pipe without a reader), never takes a terminal over, follows no link.
int SystemFlags(const OpenRequest& request) {
  int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  flags |= !Writes(request) ? O_RDONLY : Reads(request) ? O_RDWR : O_WRONLY;
  if ((request.oflags & kOflagsCreat) != 0) flags |= O_CREAT;
  if ((request.oflags & kOflagsDirectory) != 0) flags |= O_DIRECTORY;
  if ((request.oflags & kOflagsExcl) != 0) flags |= O_EXCL;
  if ((request.oflags & kOflagsTrunc) != 0) flags |= O_TRUNC;
  return flags;
}

Errno Open(perdure_host* host, const OpenRequest& request, std::string_view path,
           uint32_t* number) {
  if ((request.oflags & ~kOflagsAll) != 0 || (request.fdflags & ~kFdflagsAll) != 0) {
    return Errno::kInval;
  }
  // One call of the system's cannot be told both, and whatever it would create is no directory.
  if ((request.oflags & kOflagsDirectory) != 0 && (request.oflags & kOflagsCreat) != 0) {
    return Errno::kInval;
  }
  const bool excludes = (request.oflags & kOflagsExcl) != 0;
  const bool follows = (request.lookup_flags & kLookupSymlinkFollow) != 0 && !excludes;
  Descriptor directory;
  PathTarget target;
  Errno error = ResolveBelow(host, request.directory, RightsNeeded(request), path,
                             follows ? LastLink::kFollow : LastLink::kKeep, &directory, &target);
  if (error != Errno::kSuccess) return error;
  const uint64_t asked = request.rights_base | request.rights_inheriting;
  if ((asked & ~directory.record->rights_inheriting) != 0) return Errno::kNotcapable;

  DescriptorRecord opened;
  opened.origin = Origin::kPath;
  opened.number = directory.record->number;
  opened.path = PathBelowPreopen(directory, target);
  if (opened.path.size() >= kPathBytesMax) return Errno::kNametoolong;
  if (target.must_be_directory() && (request.oflags & kOflagsCreat) != 0) return Errno::kIsdir;
  const int flags = SystemFlags(request) | (target.must_be_directory() ? O_DIRECTORY : 0);
  SystemFd fd(openat(target.parent(), target.name(), flags, kFileMode));
  if (!fd.ok()) return ErrnoFromSystem(errno);
  struct stat info;
  if (fstat(fd.get(), &info) != 0) return ErrnoFromSystem(errno);
  opened.filetype = FiletypeOf(info.st_mode);
  opened.identity = IdentityOf(fd.get());
  opened.reads = Reads(request) || !Writes(request);
  opened.writes = Writes(request);
  opened.fdflags = static_cast<uint16_t>(request.fdflags);
  opened.rights_base = RightsOf(opened.filetype, request.rights_base);
  opened.rights_inheriting =
      opened.filetype == Filetype::kDirectory ? request.rights_inheriting : 0;
  if ((request.fdflags & kFdflagsAppend) != 0) {
    opened.append_end = static_cast<uint64_t>(info.st_size);
  }
  return host->live_table->Add(std::move(opened), std::move(fd), number);
}

Errno LoadAndOpen(perdure_host* host, const OpenRequest& request, uint32_t path, uint32_t path_len,
                  uint32_t opened_fd) {
  const Out<uint32_t> out(host, opened_fd);
  if (!out.ok()) return Errno::kFault;
  GuestPath loaded;
  Errno error = LoadPath(host, path, path_len, &loaded);
  if (error != Errno::kSuccess) return error;
  uint32_t number = 0;
  error = Open(host, request, loaded.view(), &number);
  if (error == Errno::kSuccess) out.Put(number);
  return error;
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(path_open)(perdure_host* host, uint32_t fd, uint32_t lookup_flags,
                                 uint32_t path, uint32_t path_len, uint32_t oflags,
                                 uint64_t rights_base, uint64_t rights_inheriting, uint32_t fdflags,
                                 uint32_t opened_fd) {
  const perdure::wasi::OpenRequest request = {fd,          lookup_flags,      oflags,
                                              rights_base, rights_inheriting, fdflags};
  return Number(perdure::wasi::LoadAndOpen(host, request, path, path_len, opened_fd));
}
