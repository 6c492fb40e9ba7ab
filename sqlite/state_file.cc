#include "sqlite/state_file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>

#include "sqlite/error.h"
#include "sqlite/schema.h"
#include "sqlite/state_vfs.h"
#include "sqlite/wal_format.h"
#include "sqlite/wal_inspection.h"

namespace perdure {
namespace {

// https://www.sqlite.org/fileformat2.html, the database header.
constexpr int kHeaderBytes = 100;
constexpr char kMagic[] = "SQLite format 3";  // with its NUL
constexpr int kPageSizeAt = 16;
constexpr int kVersionAt = 60;
constexpr int kApplicationAt = 68;
static_assert(sizeof(kMagic) == 16);

constexpr uint8_t kJournalMagic[8] = {0xd9, 0xd5, 0x05, 0xf9, 0x20, 0xa1, 0x63, 0xd7};
constexpr int kJournalOldPagesAt = 16;

uint32_t Big(const uint8_t* bytes, int count) {
  uint32_t value = 0;
  for (int i = 0; i < count; ++i) value = value << 8 | bytes[i];
  return value;
}

std::string DirectoryOf(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

Status CheckDirectory(const std::string& path) {
  const std::string directory = DirectoryOf(path);
  struct stat info;
  if (stat(directory.c_str(), &info) != 0) {
    if (errno == ENOENT) {
      return StateError(StatusCode::kIo, path, "cannot be created: there is no directory '",
                        directory, "': create it first");
    }
    return StateError(StatusCode::kIo, path, "cannot be opened: ", ErrnoText(errno));
  }
  if (!S_ISDIR(info.st_mode)) {
    return StateError(StatusCode::kIo, path, "cannot be opened: '", directory, "' is no directory");
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return StateError(StatusCode::kIo, path,
                      "needs a directory that can be written, for its log: '", directory,
                      "': ", ErrnoText(errno));
  }
  return OkStatus();
}

// True if PATH-journal is that of a transaction that began with an empty database.
bool IsJournalOfCreation(const std::string& name) {
  const int fd = open(name.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return false;
  uint8_t header[kJournalOldPagesAt + 4];
  const ssize_t size = pread(fd, header, sizeof(header), 0);
  close(fd);  // a journal is never locked
  return size == static_cast<ssize_t>(sizeof(header)) &&
         std::memcmp(header, kJournalMagic, sizeof(kJournalMagic)) == 0 &&
         Big(header + kJournalOldPagesAt, 4) == 0;
}

Status CheckEmpty(const std::string& path, const std::string& sqlite_name) {
  struct stat log;
  const std::string log_name = sqlite_name + "-wal";
  if (stat(log_name.c_str(), &log) != 0 || log.st_size <= kWalHeaderBytes) return OkStatus();
  if (LogIsClosed(log_name)) return OkStatus();
  return StateError(StatusCode::kCorrupt, path, "is missing or empty, but its write-ahead log '",
                    log_name, "' is not: put the file back, or remove the log to begin again");
}

}  // namespace

Result<std::string> SqlitePath(const std::string& path) {
  if (path.empty() || path.find('\0') != std::string::npos) {
    return StateError(StatusCode::kInvalidArgument, path, "is no file name");
  }
  return path[0] == '/' ? path : "./" + path;
}

Status CheckPath(const std::string& path) {
  struct stat info;
  if (stat(path.c_str(), &info) != 0) {
    if (errno != ENOENT) {
      return StateError(StatusCode::kIo, path, "cannot be opened: ", ErrnoText(errno));
    }
    return CheckDirectory(path);
  }
  if (S_ISDIR(info.st_mode)) {
    return StateError(StatusCode::kInvalidArgument, path, "is a directory: name a file in it");
  }
  if (!S_ISREG(info.st_mode)) {
    return StateError(StatusCode::kInvalidArgument, path, "is not a regular file");
  }
  // Its last owner may have removed it since (Connection::Close): it will be created.
  if (access(path.c_str(), R_OK | W_OK) != 0 && errno != ENOENT) {
    return StateError(StatusCode::kIo, path, "cannot be opened for writing: ", ErrnoText(errno));
  }
  return CheckDirectory(path);
}

Result<bool> CheckFile(const std::string& path, const std::string& sqlite_name, StateVfs* vfs) {
  uint8_t header[kHeaderBytes] = {};
  // Not through SQLite, which takes a file of one byte for an empty one.
  struct stat info;
  if (stat(sqlite_name.c_str(), &info) != 0) {
    return StateError(CodeOfErrno(errno), path, "cannot be opened: ", ErrnoText(errno));
  }
  if (info.st_size == 0) {
    PERDURE_TRY(CheckEmpty(path, sqlite_name));
    return false;
  }
  if (info.st_size >= kHeaderBytes) {
    const int rc = vfs->ReadMain(header, kHeaderBytes, 0);
    if (rc != SQLITE_OK) return SqliteError(nullptr, path, rc);
  }
  const bool is_ours = Big(header + kApplicationAt, 4) == static_cast<uint32_t>(kApplicationId);
  if (std::memcmp(header, kMagic, sizeof(kMagic)) != 0) {
    static constexpr uint8_t kZeros[kHeaderBytes] = {};
    // A power failure can leave a file that has its length but not its first page yet.
    if (std::memcmp(header, kZeros, kHeaderBytes) == 0 &&
        IsJournalOfCreation(sqlite_name + "-journal")) {
      return false;
    }
    if (is_ours) {
      return StateError(StatusCode::kCorrupt, path,
                        "is damaged at its beginning: restore it from a backup");
    }
    return StateError(StatusCode::kInvalidArgument, path,
                      "is not a state (not an SQLite database): name another file");
  }
  if (!is_ours) {
    return StateError(StatusCode::kInvalidArgument, path,
                      "is another application's database, not a state: name another file");
  }
  const uint32_t version = Big(header + kVersionAt, 4);
  if (version > static_cast<uint32_t>(kSchemaVersion)) {
    return StateError(StatusCode::kIncompatible, path, "has format ", version,
                      ", newer than format ", kSchemaVersion,
                      " of this program: build the program with a newer compiler");
  }
  if (version >= static_cast<uint32_t>(kSchemaVersionFirst) &&
      version < static_cast<uint32_t>(kSchemaVersion)) {
    return StateError(StatusCode::kIncompatible, path, "has format ", version,
                      ", which only versions of perdure before the first release wrote, and this "
                      "program has format ",
                      kSchemaVersion,
                      ": use the program that made it, or begin again with --perdure-fresh");
  }
  if (version != static_cast<uint32_t>(kSchemaVersion) ||
      Big(header + kPageSizeAt, 2) != kDatabasePageBytes) {
    return StateError(StatusCode::kCorrupt, path, "has a damaged header: restore it from a backup");
  }
  if (IsJournalOfCreation(sqlite_name + "-journal")) return false;
  return true;
}

}  // namespace perdure
