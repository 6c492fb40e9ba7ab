// LineReader: lines of a descriptor, bounded in length, without ever blocking unasked.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "perdure/status.h"

namespace perdure {

class LineReader {
 public:
  // Longer lines are reported as kTooLong, once, and skipped.
  static constexpr size_t kLineBytesMax = 64 << 10;

  explicit LineReader(int fd) : fd_(fd) {}
  LineReader(const LineReader&) = delete;
  LineReader& operator=(const LineReader&) = delete;

  enum class Next : uint8_t {
    kLine,     // *line is the next line, without its newline; valid until the next Fill
    kTooLong,  // there was one, and it is gone
    kEmpty,    // no whole line is buffered: Fill, unless at_end()
  };
  // Takes the next line from what is buffered. The last line needs no newline.
  Next TakeLine(std::string_view* line);

  // Reads once; blocks if nothing is there to be read. REQUIRES: TakeLine returned kEmpty. A read
  // that a signal interrupted is no error.
  Status Fill();

  // No more input will come; lines may still be buffered.
  bool at_end() const { return at_end_; }
  // Of the line TakeLine gave last, from 1.
  uint64_t line_number() const { return line_number_; }

 private:
  int fd_;
  std::string buffer_;
  size_t begin_ = 0;       // of what TakeLine has not given out
  bool skipping_ = false;  // inside a line that was too long
  bool at_end_ = false;
  uint64_t line_number_ = 0;
};

}  // namespace perdure
