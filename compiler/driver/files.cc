#include "compiler/driver/files.h"

#include <stdlib.h>
#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <system_error>
#include <utility>

#include "compiler/diag/printable.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

namespace fs = std::filesystem;

Status SystemError(std::string_view doing, const std::string& path, int error) {
  return Status(StatusCode::kIo,
                StrCat("cannot ", doing, ' ', QuotePath(path), ": ", std::strerror(error)));
}

}  // namespace

Result<std::string> ReadFile(const std::string& path) {
  std::FILE* file = std::fopen(path.c_str(), "rb");
  if (file == nullptr) return SystemError("read", path, errno);
  std::string text;
  char buffer[65536];
  for (size_t n = 1; n > 0;) {
    n = std::fread(buffer, 1, sizeof(buffer), file);
    text.append(buffer, n);
  }
  const bool failed = std::ferror(file) != 0;
  const int error = errno;
  std::fclose(file);
  if (failed) return SystemError("read", path, error);
  return text;
}

Result<uint64_t> FileBytes(const std::string& path) {
  std::error_code error;
  const uint64_t bytes = fs::file_size(path, error);
  if (error) return SystemError("measure", path, error.value());
  return bytes;
}

Status WriteFile(const std::string& path, std::string_view text) {
  std::FILE* file = std::fopen(path.c_str(), "wb");
  if (file == nullptr) return SystemError("write", path, errno);
  errno = 0;
  const bool written = std::fwrite(text.data(), 1, text.size(), file) == text.size();
  const int write_error = errno;
  const bool closed = std::fclose(file) == 0;
  if (!written) return SystemError("write", path, write_error);
  if (!closed) return SystemError("write", path, errno);
  return OkStatus();
}

bool IsDirectory(const std::string& path) {
  std::error_code error;
  return fs::is_directory(path, error);
}

bool IsRegularFile(const std::string& path) {
  std::error_code error;
  return fs::is_regular_file(path, error);
}

bool IsExecutableFile(const std::string& path) {
  return IsRegularFile(path) && access(path.c_str(), X_OK) == 0;
}

std::string Directory(std::string_view path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string_view::npos) return ".";
  return slash == 0 ? "/" : std::string(path.substr(0, slash));
}

std::string Basename(std::string_view path) {
  while (path.size() > 1 && path.ends_with('/')) path.remove_suffix(1);
  const size_t slash = path.rfind('/');
  return std::string(slash == std::string_view::npos ? path : path.substr(slash + 1));
}

std::string Stem(std::string_view path) {
  const std::string base = Basename(path);
  const size_t dot = base.rfind('.');
  return dot == std::string::npos || dot == 0 ? base : base.substr(0, dot);
}

std::string Absolute(const std::string& path) {
  std::error_code error;
  const fs::path absolute = fs::absolute(path, error);
  return error ? path : absolute.lexically_normal().string();
}

Result<std::string> ExecutableDirectory() {
  std::error_code error;
  const fs::path self = fs::read_symlink("/proc/self/exe", error);
  if (error) return SystemError("read", "/proc/self/exe", error.value());
  return self.parent_path().string();
}

Result<WorkDirectory> WorkDirectory::Temporary() {
  const char* parent = std::getenv("TMPDIR");
  std::string path = parent != nullptr && *parent != '\0' ? Absolute(parent) : "/tmp";
  path += "/perdure-XXXXXX";
  if (mkdtemp(path.data()) == nullptr) return SystemError("create a folder like", path, errno);
  return WorkDirectory(std::move(path), true);
}

Result<WorkDirectory> WorkDirectory::Kept(const std::string& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (!error && !fs::is_directory(path, error))
    error = std::make_error_code(std::errc::not_a_directory);
  if (error) return SystemError("create the folder", path, error.value());
  return WorkDirectory(Absolute(path), false);
}

WorkDirectory::WorkDirectory(WorkDirectory&& other) noexcept
    : path_(std::move(other.path_)), remove_(std::exchange(other.remove_, false)) {}

WorkDirectory& WorkDirectory::operator=(WorkDirectory&& other) noexcept {
  std::swap(path_, other.path_);
  std::swap(remove_, other.remove_);
  return *this;
}

WorkDirectory::~WorkDirectory() {
  std::error_code ignored;  // a destructor has nobody to tell
  if (remove_) fs::remove_all(path_, ignored);
}

AtomicFile::AtomicFile(const std::string& path)
    : path_(path), temporary_path_(StrCat(path, ".perdure-", getpid(), ".tmp")) {}

AtomicFile::~AtomicFile() {
  if (!committed_) unlink(temporary_path_.c_str());
}

Status AtomicFile::Commit() {
  if (std::rename(temporary_path_.c_str(), path_.c_str()) != 0) {
    return SystemError("write", path_, errno);
  }
  committed_ = true;
  return OkStatus();
}

Status WriteOutput(const std::string& path, std::string_view text) {
  if (IsRegularFile(path)) {
    const Result<std::string> present = ReadFile(path);
    if (present.ok() && *present == text) return OkStatus();
  }
  AtomicFile file(path);
  PERDURE_TRY(WriteFile(file.temporary_path(), text));
  return file.Commit();
}

}  // namespace perdure
