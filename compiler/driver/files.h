// Files as the driver needs them: whole reads and writes, folders that go away, outputs that appear
// whole.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/status.h"

namespace perdure {

Result<std::string> ReadFile(const std::string& path);
Result<uint64_t> FileBytes(const std::string& path);
Status WriteFile(const std::string& path, std::string_view text);

bool IsDirectory(const std::string& path);
bool IsRegularFile(const std::string& path);
bool IsExecutableFile(const std::string& path);

// "a/b.c" gives "a" and "b.c"; "b.c" gives "." and "b.c".
std::string Directory(std::string_view path);
std::string Basename(std::string_view path);
// "a/b.c" gives "b".
std::string Stem(std::string_view path);
// With symbolic links in front of it left alone; relative to the current directory.
std::string Absolute(const std::string& path);

// The folder of the running executable.
Result<std::string> ExecutableDirectory();

// A folder of our own under $TMPDIR or /tmp, removed with all it holds by the destructor; or one
// the user named, created if need be and left there.
class WorkDirectory {
 public:
  static Result<WorkDirectory> Temporary();
  static Result<WorkDirectory> Kept(const std::string& path);
  WorkDirectory(WorkDirectory&& other) noexcept;
  WorkDirectory& operator=(WorkDirectory&& other) noexcept;
  ~WorkDirectory();

  const std::string& path() const { return path_; }  // absolute
  std::string File(std::string_view name) const { return path_ + "/" + std::string(name); }

 private:
  WorkDirectory(std::string path, bool remove) : path_(std::move(path)), remove_(remove) {}
  std::string path_;
  bool remove_ = false;
};

// A file that appears under its name only when it is complete. Until Commit() it has a temporary
// name in the same folder; the destructor removes what was not committed.
class AtomicFile {
 public:
  explicit AtomicFile(const std::string& path);
  AtomicFile(const AtomicFile&) = delete;
  AtomicFile& operator=(const AtomicFile&) = delete;
  ~AtomicFile();

  const std::string& temporary_path() const { return temporary_path_; }
  Status Commit();

 private:
  std::string path_, temporary_path_;
  bool committed_ = false;
};

// Writes `text` to `path` through an AtomicFile; leaves a file that has this text already alone, so
// that build systems see no change.
Status WriteOutput(const std::string& path, std::string_view text);

}  // namespace perdure
