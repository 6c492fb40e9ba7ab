// The line loop: calls in, results out.
//
// Its promises to the program at the other end of the pipes:
//  (L1) What a line brings forth, the guest's output, then the results, or a complaint, is written
//       only after its event's commit, and in the order of the lines.
//  (L2) Whoever waits for an answer gets it: before the loop waits for input, everything due is
//       committed and written. Under commit=interval a group may stay open for the rest of its
//       interval.
//  (L3) While input is queued, results are gathered into large writes, for a tenth of a second at
//       most.
//  (L4) A line that cannot be carried out is reported with its number and changes nothing; the next
//       line is read as if it had not been there.
//  (L5) The loop ends between events: at the end of the input, when the guest exits, on a stop
//       signal, or when nobody reads the results. In each case the group is committed first.
//
//                     +--------- a line is buffered: run it <---------+
//                     v                                               |
//   RUN --none buffered--> can input be read now? --yes--> FILL ------+
//                                    | no                             |
//                                    v                                |
//                    commit the group, write results --> QUIET -------+  input came
//                    (interval: when it is over)           |          |
//                            a while without input: HOUSEKEEP         |
//                            piece by piece, then WAIT ---------------+
//
// What the guest itself writes comes from the engine, event by event, at the commit; Answers puts
// the results in between.
#include "rtlib/entry/line_loop.h"

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <utility>

#include "rtlib/base/text.h"
#include "rtlib/entry/exit_status.h"
#include "rtlib/entry/signals.h"

namespace perdure {
namespace {

using Clock = std::chrono::steady_clock;

constexpr int kStdoutFd = 1;
constexpr int kStderrFd = 2;

}  // namespace

LineLoop::LineLoop(const Exports& exports, Session* session, CommitPolicy commit, int in_fd,
                   Answers* answers)
    : exports_(exports),
      session_(session),
      commit_(commit),
      in_fd_(in_fd),
      answers_(*answers),
      reader_(in_fd) {}

Result<int> LineLoop::Run() {
  Status status = RunToEnd();
  // Even after a failure: a group that can be committed is, and what is committed must not be lost
  // with the rest (L1).
  if (!status.ok() && session_->Flush().ok()) Release();
  answers_.Flush();
  if (!status.ok()) return status;
  if (answers_.error() != 0 && answers_.error() != EPIPE && answers_.error() != EINTR) {
    return Status(StatusCode::kIo, StrCat("writing results: ", std::strerror(answers_.error()),
                                          " (they are committed)"));
  }
  return Finish();
}

Status LineLoop::RunToEnd() {
  Step step = Step::kGoOn;
  while (step == Step::kGoOn) {
    PERDURE_ASSIGN_OR_RETURN(step, RunBuffered());
    if (step == Step::kStop || reader_.at_end()) break;
    PERDURE_ASSIGN_OR_RETURN(step, Refill());
  }
  return FlushSession();
}

bool LineLoop::StopRequested() const { return StopSignal() != 0 || answers_.error() != 0; }

int LineLoop::Finish() const {
  if (guest_exit_.has_value()) return static_cast<int>(*guest_exit_ & 0xff);
  if (StopSignal() != 0) return kExitSignalBase + StopSignal();
  if (answers_.error() == EPIPE) return kExitSignalBase + SIGPIPE;
  if (any_trap_) return kExitTrap;
  return any_bad_line_ ? kExitUsage : kExitOk;
}

Result<LineLoop::Step> LineLoop::RunBuffered() {
  for (;;) {
    if (StopRequested()) return Step::kStop;
    FlushIfDue();
    std::string_view line;
    LineReader::Next next = reader_.TakeLine(&line);
    if (next == LineReader::Next::kEmpty) return Step::kGoOn;
    if (next == LineReader::Next::kTooLong) {
      any_bad_line_ = true;
      Complain(StrCat("error: the line is longer than ", LineReader::kLineBytesMax, " bytes"));
      continue;
    }
    PERDURE_ASSIGN_OR_RETURN(Step step, RunLine(line));
    if (step == Step::kStop) return step;
  }
}

void LineLoop::FlushIfDue() {
  constexpr auto kGatheredFor = std::chrono::milliseconds(100);
  const Clock::time_point now = Clock::now();
  if (now - flushed_at_ < kGatheredFor) return;
  answers_.Flush();
  flushed_at_ = now;
}

Result<LineLoop::Step> LineLoop::RunLine(std::string_view line) {
  std::vector<std::string_view> words = SplitCallLine(line);
  if (words.empty()) return Step::kGoOn;
  Result<PreparedCall> call = PrepareCall(exports_, words);
  if (call.ok()) return Call(*call);
  any_bad_line_ = true;
  Complain(StrCat("error: ", call.status().message()));
  return Step::kGoOn;
}

Result<LineLoop::Step> LineLoop::Call(const PreparedCall& call) {
  std::string results;
  PERDURE_ASSIGN_OR_RETURN(Outcome outcome, Deliver(session_, call, &results));
  if (outcome.seq != 0) newest_seq_ = outcome.seq;
  if (!session_->HasUncommittedEvents()) {
    Release();
  } else if (!group_start_.has_value()) {
    group_start_ = Clock::now();
  }
  Answer(kStdoutFd, std::move(results));
  if (outcome.kind == Outcome::Kind::kTrapped) {
    any_trap_ = true;
    Complain(TrapText(call, outcome));
  } else if (outcome.kind == Outcome::Kind::kExited) {
    guest_exit_ = outcome.exit_status;
    return Step::kStop;
  }
  return Step::kGoOn;
}

Result<LineLoop::Step> LineLoop::Refill() {
  if (WaitReadable(in_fd_, 0) == Wait::kTimeout) {
    int timeout_ms = -1;
    if (commit_.kind == CommitPolicy::Kind::kInterval && group_start_.has_value()) {
      auto age =
          std::chrono::duration_cast<std::chrono::milliseconds>(Clock::now() - *group_start_);
      auto left = static_cast<int64_t>(commit_.value) - age.count();
      timeout_ms = static_cast<int>(std::max<int64_t>(left, 0));
    } else {
      PERDURE_TRY(FlushSession());
    }
    answers_.Flush();
    if (StopRequested()) return Step::kStop;
    PERDURE_ASSIGN_OR_RETURN(const Wait wait, WaitForInput(timeout_ms));
    if (wait == Wait::kTimeout) {
      PERDURE_TRY(FlushSession());
      return Step::kGoOn;
    }
  }
  if (StopRequested()) return Step::kStop;
  PERDURE_TRY(reader_.Fill());
  return Step::kGoOn;
}

// Uses a pause for housekeeping. Somebody who answers at once is not made to wait for it.
Result<Wait> LineLoop::WaitForInput(int timeout_ms) {
  constexpr int kQuietMs = 5;
  const bool is_long = timeout_ms < 0 || timeout_ms > kQuietMs;
  if (!is_long || session_->HasUncommittedEvents()) return WaitReadable(in_fd_, timeout_ms);
  Wait wait = WaitReadable(in_fd_, kQuietMs);
  while (wait == Wait::kTimeout) {
    PERDURE_ASSIGN_OR_RETURN(const bool did_something, session_->Housekeep());
    wait = WaitReadable(in_fd_, did_something ? 0 : timeout_ms);
    if (!did_something) break;
  }
  return wait;
}

Status LineLoop::FlushSession() {
  if (session_->HasUncommittedEvents()) PERDURE_TRY(session_->Flush());
  Release();
  return OkStatus();
}

// The group has been committed: what was held may go.
void LineLoop::Release() {
  group_start_.reset();
  answers_.ReleaseHeld();
}

// Behind whatever the lines before have brought forth.
void LineLoop::Answer(int fd, std::string text) {
  if (session_->HasUncommittedEvents()) {
    answers_.Hold(newest_seq_, fd, std::move(text));
  } else {
    answers_.Write(fd, text);
  }
}

void LineLoop::Complain(std::string_view message) {
  Answer(kStderrFd,
         StrCat(exports_.program().name, ": line ", reader_.line_number(), ": ", message, "\n"));
}

}  // namespace perdure
