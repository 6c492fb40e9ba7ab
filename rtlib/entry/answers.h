// Answers: what a stream of calls writes, results and the guest's own output, in the order of the
// events and never before their commit.
//
//     Call 7 ──► output of event 7 ─┐ released by the engine, event by event, after the commit
//            ──► result of event 7 ─┴─► held until then, and written behind the output of event 7
#pragma once

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>

#include "perdure/instance.h"
#include "rtlib/entry/output.h"

namespace perdure {

class Answers final : public EffectSink {
 public:
  Answers(int out_fd, int error_fd) : out_(out_fd), error_(error_fd) {}

  // What the event `seq` sent outside. What is held of earlier events goes first.
  void Release(uint64_t seq, int fd, std::string_view bytes) override;

  // `text` for descriptor 1 or 2, which is to follow the output of the event `seq`.
  void Hold(uint64_t seq, int fd, std::string text);
  // Everything is committed: what is held may go.
  void ReleaseHeld();
  // `text` that waits for no commit.
  void Write(int fd, std::string_view text);

  // Of descriptor 1, which alone is buffered; see Output.
  void Flush() { out_.Flush(); }
  int error() const { return out_.error(); }

 private:
  struct Held {
    uint64_t seq;
    int fd;
    std::string text;
  };

  Output out_, error_;
  std::deque<Held> held_;  // in the order of seq
};

}  // namespace perdure
