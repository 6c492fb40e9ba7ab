// Reading a generated C file line by line.
#pragma once

#include <cstddef>
#include <string_view>

namespace perdure {

// The line without the blanks around it.
inline std::string_view Trimmed(std::string_view line) {
  const size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {};
  return line.substr(begin, line.find_last_not_of(' ') + 1 - begin);
}

class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  bool AtEnd() const { return position_ >= text_.size(); }
  size_t line_number() const { return line_number_; }  // of the line Next() gave last, from 1

  // The next line without its newline. REQUIRES: !AtEnd().
  std::string_view Next() {
    const size_t end = text_.find('\n', position_);
    const size_t stop = end == std::string_view::npos ? text_.size() : end;
    const std::string_view line = text_.substr(position_, stop - position_);
    position_ = stop + 1;
    ++line_number_;
    return line;
  }

  // The line Next() would give; empty at the end.
  std::string_view Peek() const {
    if (AtEnd()) return {};
    return text_.substr(position_, text_.find('\n', position_) - position_);
  }

 private:
  std::string_view text_;
  size_t position_ = 0;
  size_t line_number_ = 0;
};

}  // namespace perdure
