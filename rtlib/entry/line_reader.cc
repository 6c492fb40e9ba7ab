#include "rtlib/entry/line_reader.h"

#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "rtlib/base/text.h"

namespace perdure {

LineReader::Next LineReader::TakeLine(std::string_view* line) {
  for (;;) {
    std::string_view rest = std::string_view(buffer_).substr(begin_);
    size_t newline = rest.find('\n');
    bool whole = newline != std::string_view::npos;
    size_t length = whole ? newline : rest.size();
    if (!whole && !at_end_ && length <= kLineBytesMax) {
      if (skipping_) begin_ = buffer_.size();
      return Next::kEmpty;
    }
    if (rest.empty()) return Next::kEmpty;
    begin_ += length + (whole ? 1 : 0);
    if (skipping_) {
      // The end of a line that has been reported already.
      skipping_ = !whole;
      continue;
    }
    ++line_number_;
    if (length > kLineBytesMax) {
      skipping_ = !whole;
      return Next::kTooLong;
    }
    *line = rest.substr(0, length);
    return Next::kLine;
  }
}

Status LineReader::Fill() {
  buffer_.erase(0, begin_);
  begin_ = 0;
  size_t old_size = buffer_.size();
  buffer_.resize(old_size + kLineBytesMax);
  ssize_t count = read(fd_, buffer_.data() + old_size, kLineBytesMax);
  int error = errno;
  buffer_.resize(old_size + static_cast<size_t>(count > 0 ? count : 0));
  if (count == 0) at_end_ = true;
  if (count >= 0 || error == EINTR || error == EAGAIN) return OkStatus();
  return Status(StatusCode::kIo, StrCat("reading standard input: ", std::strerror(error)));
}

}  // namespace perdure
