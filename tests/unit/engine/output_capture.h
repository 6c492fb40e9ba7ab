// Appends what reaches descriptor 1 of this process, while the object lives, to a string.
//
// No CHECK while one lives: its report would be captured as well.
#pragma once

#include <sys/mman.h>
#include <unistd.h>

#include <cstdio>
#include <string>

namespace perdure::test {

class OutputCapture {
 public:
  explicit OutputCapture(std::string* text)
      : text_(*text), saved_(dup(1)), file_(memfd_create("output", 0)) {
    std::fflush(nullptr);
    dup2(file_, 1);
  }
  ~OutputCapture() {
    dup2(saved_, 1);
    close(saved_);
    const size_t before = text_.size();
    text_.resize(before + static_cast<size_t>(lseek(file_, 0, SEEK_END)));
    text_.resize(before + static_cast<size_t>(
                              pread(file_, text_.data() + before, text_.size() - before, 0)));
    close(file_);
  }
  OutputCapture(const OutputCapture&) = delete;
  OutputCapture& operator=(const OutputCapture&) = delete;

 private:
  std::string& text_;
  int saved_, file_;
};

}  // namespace perdure::test
