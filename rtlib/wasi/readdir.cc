// fd_readdir.
//
// A cookie tells where to go on, possibly in another process, after the directory has changed or on
// another file system. The system's own cookies mean nothing there. Ours is a hash of the entry's
// name, and entries come in the order of their hashes ("." and ".." before all): to go on after
// cookie C is to give out the entries whose cookie is greater. Whatever is added or removed between
// two calls, an entry that was there all the time comes exactly once, and no record of the listing
// has to be in the state. Two names with one hash get neighbouring cookies, in the order of names.
//
// Rejected: the listing itself as state (a megabyte for a large directory); the position in the
// system's order (differs between file systems and after changes).
//
// The directory is read anew for cookie 0, and whenever this process has not read it yet.
#include <dirent.h>
#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>

#include "rtlib/abi/host_context.h"
#include "rtlib/base/hash.h"
#include "rtlib/wasi/file_identity.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"

namespace perdure::wasi {
namespace {

constexpr uint64_t kCookieDot = 1;
constexpr uint64_t kCookieDotDot = 2;
constexpr uint64_t kCookieFirst = 3;
constexpr uint64_t kCookieLast = INT64_MAX;  // a C library keeps them in a signed number

// The entries of a large directory that are looked at; more are not listed.
constexpr size_t kEntriesMax = 4'000'000;

Filetype FiletypeOfEntry(int directory, const dirent& entry) {
  switch (entry.d_type) {
    case DT_BLK:
      return Filetype::kBlockDevice;
    case DT_CHR:
      return Filetype::kCharacterDevice;
    case DT_DIR:
      return Filetype::kDirectory;
    case DT_REG:
      return Filetype::kRegularFile;
    case DT_LNK:
      return Filetype::kSymbolicLink;
    case DT_SOCK:
      return Filetype::kSocketStream;
    case DT_UNKNOWN: {  // the file system does not say
      struct stat info;
      const bool known = fstatat(directory, entry.d_name, &info, AT_SYMLINK_NOFOLLOW) == 0;
      return known ? FiletypeOf(info.st_mode) : Filetype::kUnknown;
    }
    default:
      return Filetype::kUnknown;
  }
}

uint64_t CookieOf(std::string_view name) {
  if (name == ".") return kCookieDot;
  if (name == "..") return kCookieDotDot;
  return kCookieFirst + Hash64(name) % (kCookieLast - kCookieFirst);
}

void SortEntries(std::vector<DirectoryEntry>* listing) {
  const auto earlier = [](const DirectoryEntry& a, const DirectoryEntry& b) {
    return a.cookie != b.cookie ? a.cookie < b.cookie : a.name < b.name;
  };
  std::sort(listing->begin(), listing->end(), earlier);
  for (size_t i = 1; i < listing->size(); ++i) {
    DirectoryEntry& entry = (*listing)[i];
    entry.cookie = std::max(entry.cookie, (*listing)[i - 1].cookie + 1);
  }
}

Errno ReadListing(int fd, std::vector<DirectoryEntry>* listing) {
  const int copy = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (copy < 0) return ErrnoFromSystem(errno);
  DIR* directory = fdopendir(copy);
  if (directory == nullptr) {
    const int error = errno;
    close(copy);
    return ErrnoFromSystem(error);
  }
  listing->clear();
  errno = 0;
  while (const dirent* entry = readdir(directory)) {
    if (listing->size() == kEntriesMax) break;
    listing->push_back(
        {CookieOf(entry->d_name), entry->d_ino, FiletypeOfEntry(fd, *entry), entry->d_name});
    // The root's ".." is outside of what the guest may know.
    if (listing->back().cookie == kCookieDotDot) listing->back().ino = 0;
    errno = 0;
  }
  const int error = errno;
  closedir(directory);
  if (error != 0) return ErrnoFromSystem(error);
  SortEntries(listing);
  return Errno::kSuccess;
}

// Fills the buffer with entries after `cookie`; the last one may be cut off, which tells the guest
// that there are more.
size_t FillBuffer(const std::vector<DirectoryEntry>& listing, uint64_t cookie, char* buffer,
                  size_t length) {
  const auto after = [](uint64_t wanted, const DirectoryEntry& entry) {
    return wanted < entry.cookie;
  };
  size_t used = 0;
  const auto put = [&](const void* bytes, size_t count) {
    const size_t fits = std::min(count, length - used);
    std::memcpy(buffer + used, bytes, fits);
    used += fits;
  };
  for (auto entry = std::upper_bound(listing.begin(), listing.end(), cookie, after);
       entry != listing.end() && used < length; ++entry) {
    Dirent header = {};
    header.d_next = entry->cookie;
    header.d_ino = entry->ino;
    header.d_namlen = static_cast<uint32_t>(entry->name.size());
    header.d_type = static_cast<uint8_t>(entry->filetype);
    put(&header, sizeof header);
    put(entry->name.data(), entry->name.size());
  }
  return used;
}

Errno ReadDirectory(perdure_host* host, uint32_t fd, uint32_t buf, uint32_t buf_len,
                    uint64_t cookie, uint32_t buf_used) {
  Descriptor descriptor;
  Errno error = host->live_table->Find(fd, 0, &descriptor);
  if (error != Errno::kSuccess) return error;
  if (descriptor.record->filetype != Filetype::kDirectory) return Errno::kNotdir;
  error = host->live_table->Find(fd, kRightsFdReaddir, &descriptor);
  if (error != Errno::kSuccess) return error;
  auto* buffer = static_cast<char*>(View(host, buf, buf_len, PERDURE_WRITE));
  const Out<uint32_t> out(host, buf_used);
  if (buffer == nullptr || !out.ok()) return Errno::kFault;
  OpenFile* file = host->live_table->FileOf(*descriptor.record);
  if (cookie == 0 || file->listing.empty()) {
    error = ReadListing(descriptor.system_fd, &file->listing);
    if (error != Errno::kSuccess) return error;
  }
  out.Put(static_cast<uint32_t>(FillBuffer(file->listing, cookie, buffer, buf_len)));
  return Errno::kSuccess;
}

}  // namespace
}  // namespace perdure::wasi

uint32_t PERDURE_WASI(fd_readdir)(perdure_host* host, uint32_t fd, uint32_t buf, uint32_t buf_len,
                                  uint64_t cookie, uint32_t buf_used) {
  return Number(perdure::wasi::ReadDirectory(host, fd, buf, buf_len, cookie, buf_used));
}
