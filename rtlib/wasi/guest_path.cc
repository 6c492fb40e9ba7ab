#include "rtlib/wasi/guest_path.h"

#include <cstring>

#include "rtlib/abi/host_context.h"
#include "rtlib/base/text.h"
#include "rtlib/wasi/guest_memory.h"

namespace perdure::wasi {

Errno LoadPath(perdure_host* host, uint32_t address, uint32_t length, GuestPath* path) {
  const void* view = View(host, address, length, PERDURE_READ);
  if (view == nullptr) return Errno::kFault;
  if (length >= kPathBytesMax) return Errno::kNametoolong;
  std::memcpy(path->text, view, length);
  path->length = length;
  return std::memchr(path->text, 0, length) == nullptr ? Errno::kSuccess : Errno::kInval;
}

Errno ResolveBelow(perdure_host* host, uint32_t fd, uint64_t rights, std::string_view path,
                   LastLink last, Descriptor* directory, PathTarget* target) {
  // What is no directory is told so before its rights are looked at.
  Errno error = host->live_table->Find(fd, 0, directory);
  if (error != Errno::kSuccess) return error;
  if (directory->record->filetype != Filetype::kDirectory) return Errno::kNotdir;
  error = host->live_table->Find(fd, rights, directory);
  if (error != Errno::kSuccess) return error;
  return ResolvePath(directory->system_fd, path, last, target);
}

std::string PathBelowPreopen(const Descriptor& directory, const PathTarget& target) {
  const std::string& above = directory.record->path;
  if (above.empty()) return target.plain();
  return target.plain().empty() ? above : StrCat(above, "/", target.plain());
}

}  // namespace perdure::wasi
