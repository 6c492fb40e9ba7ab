#include "rtlib/entry/answers.h"

#include <utility>

namespace perdure {
namespace {

constexpr int kStderrFd = 2;

}  // namespace

void Answers::Release(uint64_t seq, int fd, std::string_view bytes) {
  while (!held_.empty() && held_.front().seq < seq) {
    Write(held_.front().fd, held_.front().text);
    held_.pop_front();
  }
  Write(fd, bytes);
}

void Answers::Hold(uint64_t seq, int fd, std::string text) {
  if (!text.empty()) held_.push_back({seq, fd, std::move(text)});
}

void Answers::ReleaseHeld() {
  for (const Held& held : held_) Write(held.fd, held.text);
  held_.clear();
}

void Answers::Write(int fd, std::string_view text) {
  if (fd != kStderrFd) {
    out_.Append(text);
    return;
  }
  // A person reads both on one terminal, and sees them in their order.
  out_.Flush();
  error_.Append(text);
  error_.Flush();
}

}  // namespace perdure
