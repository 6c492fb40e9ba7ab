#include "tests/unit/frontend/test_files.h"

#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace perdure::test {

std::string Corpus(std::string_view name) {
  return std::string(PERDURE_TEST_MODULES) + "/" + std::string(name);
}

std::string ReadFile(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  if (!file) throw std::runtime_error("cannot read " + path);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

ScratchFile::ScratchFile(std::string_view contents) : fd_(memfd_create("scratch", MFD_CLOEXEC)) {
  if (fd_ < 0) throw std::runtime_error("memfd_create failed");
  path_ = "/proc/self/fd/" + std::to_string(fd_);
  Write(contents);
}

ScratchFile::~ScratchFile() { close(fd_); }

void ScratchFile::Write(std::string_view contents) {
  const ssize_t size = static_cast<ssize_t>(contents.size());
  if (ftruncate(fd_, 0) != 0 || pwrite(fd_, contents.data(), contents.size(), 0) != size) {
    throw std::runtime_error("cannot write " + path_);
  }
}

}  // namespace perdure::test
