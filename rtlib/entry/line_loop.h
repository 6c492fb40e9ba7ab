// LineLoop: `NAME -`, one call a line from standard input.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "perdure/instance.h"
#include "perdure/status.h"
#include "rtlib/entry/answers.h"
#include "rtlib/entry/call_line.h"
#include "rtlib/entry/line_reader.h"
#include "rtlib/entry/session.h"
#include "rtlib/entry/signals.h"

namespace perdure {

class LineLoop {
 public:
  // Borrows everything it is given. The session's effects have to go to `answers`.
  LineLoop(const Exports& exports, Session* session, CommitPolicy commit, int in_fd,
           Answers* answers);

  // Runs to the end of the input, a stop signal, the guest's exit or a closed output; gives the
  // exit status. An error is the runtime's: the session failed, or the input cannot be read.
  Result<int> Run();

 private:
  // What the last line or wait said about going on.
  enum class Step : uint8_t { kGoOn, kStop };

  Status RunToEnd();
  Result<Step> RunBuffered();
  Result<Step> RunLine(std::string_view line);
  Result<Step> Call(const PreparedCall& call);
  // Waits for input, settling what is due before.
  Result<Step> Refill();
  Result<Wait> WaitForInput(int timeout_ms);
  Status FlushSession();
  void FlushIfDue();
  void Release();
  void Answer(int fd, std::string text);
  void Complain(std::string_view message);
  int Finish() const;
  bool StopRequested() const;

  const Exports& exports_;
  Session* session_;
  CommitPolicy commit_;
  int in_fd_;
  Answers& answers_;
  LineReader reader_;
  uint64_t newest_seq_ = 0;  // of the events delivered here
  std::optional<std::chrono::steady_clock::time_point> group_start_;
  std::chrono::steady_clock::time_point flushed_at_ = std::chrono::steady_clock::now();
  std::optional<uint32_t> guest_exit_;
  bool any_trap_ = false;
  bool any_bad_line_ = false;
};

}  // namespace perdure
