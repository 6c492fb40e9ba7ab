#include "rtlib/entry/output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>

#include "rtlib/entry/signals.h"

namespace perdure {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

// 0, or the errno that stopped it.
int WriteFully(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    ssize_t count = write(fd, bytes.data(), bytes.size());
    if (count >= 0) {
      bytes.remove_prefix(static_cast<size_t>(count));
    } else if (errno == EAGAIN) {
      // Somebody left the descriptor non-blocking.
      pollfd wanted = {fd, POLLOUT, 0};
      poll(&wanted, 1, -1);
      if (StopSignal() != 0) return EINTR;
    } else if (errno != EINTR || StopSignal() != 0) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

void Output::Append(std::string_view text) {
  if (error_ != 0) return;
  buffer_ += text;
  if (buffer_.size() >= kBufferBytes) Flush();
}

void Output::Flush() {
  if (error_ == 0 && !buffer_.empty()) error_ = WriteFully(fd_, buffer_);
  buffer_.clear();
}

void WriteMessage(int fd, std::string_view message) {
  std::string line(message);
  line += '\n';
  (void)WriteFully(fd, line);
}

}  // namespace perdure
