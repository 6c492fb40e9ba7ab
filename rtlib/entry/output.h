// Output: standard output, buffered, with the first failure remembered.
#pragma once

#include <string>
#include <string_view>

#include "perdure/status.h"

namespace perdure {

class Output {
 public:
  explicit Output(int fd) : fd_(fd) {}
  Output(const Output&) = delete;
  Output& operator=(const Output&) = delete;

  void Append(std::string_view text);
  // Writes what is buffered. A stop signal interrupts a write that blocks (see signals.h).
  void Flush();

  // errno of the first write that failed, 0 if none did. EPIPE: the reader has gone. After a
  // failure everything is discarded.
  int error() const { return error_; }

 private:
  int fd_;
  int error_ = 0;
  std::string buffer_;
};

// Writes `message` and a newline to `fd` in one write(2), ignoring failures: there is nowhere to
// report them. For messages on standard error.
void WriteMessage(int fd, std::string_view message);

}  // namespace perdure
