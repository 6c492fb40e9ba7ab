// How the descriptors of a state come back in another process.
//
//   record ── preopen given again, under the same name? ── no ─────────────────────────► lost
//                │ yes
//                ▼
//          walk to the path, following no link; open it as it was opened
//                │  same file?      preopen is the directory it was: device, inode, time of birth
//                ▼                  preopen is another one (moved machine): the type alone
//           not there, another file ───────────────────────────────────────────────────► lost
//                │
//                ▼
//             open; offset, flags and rights as recorded
//
// Nothing is created, truncated or waited for. A pipe is not opened again: what was in it is gone.
#include <fcntl.h>
#include <unistd.h>

#include "rtlib/base/text.h"
#include "rtlib/wasi/file_identity.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/path_resolver.h"

namespace perdure::wasi {
namespace {

// Directory and last component of a plain path.
SystemFd OpenPlain(int root, const std::string& path, int flags) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "" : path.substr(0, slash);
  const std::string name = slash == std::string::npos ? path : path.substr(slash + 1);
  const SystemFd parent = WalkPlain(root, directory);
  if (!parent.ok()) return SystemFd();
  return SystemFd(openat(parent.get(), name.empty() ? "." : name.c_str(), flags));
}

bool ComesBack(Filetype type) {
  return type == Filetype::kRegularFile || type == Filetype::kDirectory ||
         type == Filetype::kCharacterDevice || type == Filetype::kBlockDevice;
}

}  // namespace

// Joins the preopens of the record to the directories that this process was given, by name. Sets
// (*moved)[i] where the directory is not the one it was.
void HostTable::FindRoots(std::vector<bool>* moved) {
  roots_.assign(record_.preopens.size(), -1);
  std::vector<bool> used(given_.size());
  for (size_t i = 0; i < record_.preopens.size(); ++i) {
    PreopenRecord& preopen = record_.preopens[i];
    for (size_t given = 0; given < given_.size() && roots_[i] < 0; ++given) {
      if (used[given] || options_.directories[given].guest_name != preopen.name) continue;
      used[given] = true;
      roots_[i] = static_cast<int>(given);
    }
    const bool differs =
        roots_[i] >= 0 && given_[static_cast<size_t>(roots_[i])].identity != preopen.identity;
    moved->push_back(differs);
    if (!differs) continue;
    preopen.identity = given_[static_cast<size_t>(roots_[i])].identity;
    changed_ = true;
  }
}

bool HostTable::Reopen(DescriptorRecord* descriptor, bool moved) {
  if (descriptor->origin == Origin::kAccepted || !ComesBack(descriptor->filetype)) return false;
  const int root = RootOf(descriptor->number);
  if (root < 0) return false;
  int flags = O_NOFOLLOW | O_NONBLOCK | O_NOCTTY | O_CLOEXEC;
  if (descriptor->filetype == Filetype::kDirectory) flags |= O_DIRECTORY;
  SystemFd fd;
  // One that appends looks at what is there (file_io.cc), if it may.
  const bool looks = descriptor->writes && (descriptor->fdflags & kFdflagsAppend) != 0;
  if (looks) fd = OpenPlain(root, descriptor->path, flags | O_RDWR);
  if (!fd.ok()) {
    flags |= !descriptor->writes ? O_RDONLY : descriptor->reads ? O_RDWR : O_WRONLY;
    fd = OpenPlain(root, descriptor->path, flags);
  }
  if (!fd.ok() || FiletypeOfFd(fd.get()) != descriptor->filetype) return false;
  const FileIdentity identity = IdentityOf(fd.get());
  if (identity != descriptor->identity) {
    if (!moved) return false;
    descriptor->identity = identity;
    changed_ = true;
  }
  OpenFile& file = files_[descriptor->serial];
  file.fd = std::move(fd);
  file.repeats = true;
  return true;
}

void HostTable::ReportLost(uint32_t number, const DescriptorRecord& descriptor) {
  if (descriptor.lost || !reported_.insert(descriptor.serial).second) return;
  std::string what = "a connection";
  if (descriptor.origin == Origin::kInherited) what = "an inherited socket";
  if (descriptor.origin == Origin::kPreopen || descriptor.origin == Origin::kPath) {
    what = StrCat("'", record_.preopens[descriptor.number].name);
    if (!descriptor.path.empty()) StrAppend(&what, "/", descriptor.path);
    what += "'";
  }
  const std::string line =
      StrCat(program_name_, ": warning: descriptor ", number, " of the guest, ", what,
             ", did not come back; it gives errno stale\n");
  // A warning that cannot be written is no reason to stop.
  [[maybe_unused]] const ssize_t written = write(STDERR_FILENO, line.data(), line.size());
}

void HostTable::Adopt(HostRecord record) {
  record_ = std::move(record);
  changed_ = false;
  std::erase_if(files_, [&](const auto& file) { return !IsReferenced(file.first); });
  std::vector<bool> moved;
  FindRoots(&moved);
  for (auto& [number, descriptor] : record_.descriptors) {
    bool here = descriptor.lost;
    switch (descriptor.origin) {
      case Origin::kStandard:
        here = true;
        break;
      case Origin::kInherited:
        here = here || SystemFdOf(descriptor) >= 0;
        break;
      case Origin::kPreopen:
      case Origin::kPath:
        here =
            here || FileOf(descriptor) != nullptr || Reopen(&descriptor, moved[descriptor.number]);
        break;
      case Origin::kAccepted:
        here = here || FileOf(descriptor) != nullptr;
        break;
    }
    if (!here) ReportLost(number, descriptor);
  }
  if (record_.run.has_value()) MeetInput();
}

void HostTable::StartRun(RunRecord run) {
  record_.run = std::move(run);
  changed_ = true;
  MeetInput();
}

// A run that reads a file goes on where it was, if standard input is that file again; another file
// is read from where this process was given it.
void HostTable::MeetInput() {
  const int fd = options_.stdin_fd;
  const bool is_file = FiletypeOfFd(fd) == Filetype::kRegularFile;
  const FileIdentity identity = is_file ? IdentityOf(fd) : FileIdentity{};
  constexpr uint64_t kPlaceRights = kRightsFdSeek | kRightsFdTell;
  for (auto& [number, descriptor] : record_.descriptors) {
    if (descriptor.origin != Origin::kStandard || descriptor.number != kStdin) continue;
    if (descriptor.identity == identity) continue;
    const off_t place = is_file ? lseek(fd, 0, SEEK_CUR) : 0;
    descriptor.identity = identity;
    descriptor.offset = place < 0 ? 0 : static_cast<uint64_t>(place);
    descriptor.rights_base &= ~kPlaceRights;
    if (is_file) descriptor.rights_base |= kPlaceRights;
    changed_ = true;
  }
}

Filetype HostTable::StandardFiletype(int fd) const {
  return record_.run.has_value() ? FiletypeOfFd(fd) : Filetype::kCharacterDevice;
}

}  // namespace perdure::wasi
