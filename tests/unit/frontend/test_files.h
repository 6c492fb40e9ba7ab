// Input files for tests of the compiler: the corpus, and files made on the spot.
#pragma once

#include <string>
#include <string_view>

namespace perdure::test {

// "tables.wat" or "bad/gc.wat" of tests/modules, with its full path.
std::string Corpus(std::string_view name);

std::string ReadFile(const std::string& path);

// A file in memory with `contents`; tests that write thousands of inputs touch no disk.
class ScratchFile {
 public:
  explicit ScratchFile(std::string_view contents);
  ScratchFile(const ScratchFile&) = delete;
  ScratchFile& operator=(const ScratchFile&) = delete;
  ~ScratchFile();

  void Write(std::string_view contents);
  const std::string& path() const { return path_; }

 private:
  const int fd_;
  std::string path_;
};

}  // namespace perdure::test
