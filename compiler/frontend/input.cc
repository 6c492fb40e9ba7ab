#include "compiler/frontend/input.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <string_view>

#include "compiler/frontend/limits.h"
#include "compiler/frontend/sections.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

constexpr std::string_view kMagic("\0asm", 4);

Diagnostic& ErrorIn(const std::string& path, std::string message, Diagnostics* diagnostics) {
  Diagnostic& diagnostic = diagnostics->Error(std::move(message));
  diagnostic.file = path;
  return diagnostic;
}

// Files that people hand to the wrong tool, by how they start.
struct Signature {
  std::string_view start;
  const char* what;
};
constexpr Signature kSignatures[] = {
    {"\x7f"
     "ELF",
     "an ELF file"},
    {"!<arch>\n", "an archive of object files"},
    {"BC\xc0\xde", "LLVM bitcode"},
    {"PK\x03\x04", "a zip archive"},
    {"\x1f\x8b", "compressed with gzip"},
    {"\x28\xb5\x2f\xfd", "compressed with zstd"},
    {"#!", "a script"},
    {"SQLite format 3", "an SQLite database"},
};

std::string HexOfStart(std::string_view bytes) {
  std::string out;
  for (const char byte : bytes.substr(0, 8)) {
    if (!out.empty()) out += ' ';
    out += Hex(std::string_view(&byte, 1));
  }
  return out;
}

// The text format starts with "(" after blanks and comments, or is only those (an empty module).
bool LooksLikeText(std::string_view text) {
  for (size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (c == ' ' || c == '\t' || c == '\n' || c == '\r') continue;
    if (text.substr(i, 2) == ";;") {
      i = text.find('\n', i);
      if (i == std::string_view::npos) return true;
      continue;
    }
    return c == '(';
  }
  return false;
}

bool CheckBinaryHeader(const std::string& path, const std::vector<uint8_t>& bytes,
                       Diagnostics* diagnostics) {
  if (bytes.size() < kModuleHeaderBytes) {
    ErrorIn(path, "truncated: the file ends in the module header", diagnostics).offset =
        bytes.size();
    return false;
  }
  const unsigned version = bytes[4] | bytes[5] << 8;
  const unsigned layer = bytes[6] | bytes[7] << 8;
  if (version == 1 && layer == 0) return true;
  if (layer == 1) {
    Diagnostic& error =
        ErrorIn(path, "WebAssembly components are not supported, only core modules", diagnostics);
    error.offset = 4;
    error.helps.push_back("build for wasm32-wasip1 or wasm32-unknown-unknown, not wasm32-wasip2");
    return false;
  }
  ErrorIn(path,
          StrCat("WebAssembly binary version ", version | layer << 16,
                 " is not supported, only version 1"),
          diagnostics)
      .offset = 4;
  return false;
}

}  // namespace

std::string InputName(const std::string& path) { return path == kStandardInput ? "<stdin>" : path; }

std::optional<std::vector<uint8_t>> ReadInput(const std::string& path, Diagnostics* diagnostics) {
  const int fd = path == kStandardInput ? fcntl(STDIN_FILENO, F_DUPFD_CLOEXEC, 0)
                                        : open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) {
    const char* reason = errno == ENOENT ? "no such file" : std::strerror(errno);
    ErrorIn(InputName(path), StrCat("cannot read the module: ", reason), diagnostics);
    return std::nullopt;
  }
  constexpr size_t kStep = size_t{1} << 16;
  std::vector<uint8_t> bytes;
  struct stat status = {};
  if (fstat(fd, &status) == 0 && S_ISREG(status.st_mode)) {
    bytes.reserve(std::min(static_cast<uint64_t>(status.st_size), kModuleBytesMax) + kStep);
  }
  while (true) {
    const size_t used = bytes.size();
    bytes.resize(std::max(used + kStep, bytes.capacity()));
    const ssize_t got = read(fd, bytes.data() + used, bytes.size() - used);
    const int error = errno;
    bytes.resize(used + static_cast<size_t>(std::max<ssize_t>(got, 0)));
    if (got == 0) break;
    if (got < 0 && error == EINTR) continue;
    if (got < 0 || bytes.size() > kModuleBytesMax) {
      close(fd);
      ErrorIn(
          InputName(path),
          StrCat("cannot read the module: ", got < 0 ? std::strerror(error) : "larger than 1 GiB"),
          diagnostics);
      return std::nullopt;
    }
  }
  close(fd);
  return bytes;
}

std::optional<InputKind> ClassifyInput(const std::string& path, const std::vector<uint8_t>& bytes,
                                       Diagnostics* diagnostics) {
  const std::string_view text(reinterpret_cast<const char*>(bytes.data()), bytes.size());
  if (text.empty()) {
    ErrorIn(path, "not a WebAssembly file: it is empty", diagnostics);
    return std::nullopt;
  }
  if (text.starts_with(kMagic) || kMagic.starts_with(text)) {
    if (!CheckBinaryHeader(path, bytes, diagnostics)) return std::nullopt;
    return InputKind::kBinary;
  }
  if (LooksLikeText(text)) return InputKind::kText;
  std::string message = StrCat("not a WebAssembly file: starts with ", HexOfStart(text));
  for (const Signature& signature : kSignatures) {
    if (text.starts_with(signature.start)) StrAppend(&message, " (", signature.what, ")");
  }
  ErrorIn(path, std::move(message), diagnostics)
      .helps.push_back("a binary module starts with 00 61 73 6d, a text module with '('");
  return std::nullopt;
}

}  // namespace perdure
