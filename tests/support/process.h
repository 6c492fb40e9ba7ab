// Child processes for tests: every wait has a limit, every end is a value.
//
//     Finished run = Run({.argv = {counter, "set", "42"}, .env = {{"PERDURE_STATE", state}}});
//     REQUIRE(run.status == 0);
//
// A child inherits the test's environment without the variables that steer a program (PERDURE_STATE
// and its like, STATE_DIRECTORY, XDG_STATE_HOME), so that a developer's own settings cannot change
// a result. A child dies with the test that started it.
//
// Threads: use from one thread; starting a process forks.
#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace perdure::test {

struct Command {
  std::vector<std::string> argv = {};
  std::map<std::string, std::string> env = {};  // set on top of the inherited ones
  std::vector<std::string> unset = {};          // removed from the inherited ones
  std::string cwd = {};
  std::string input = {};                       // the whole of standard input (Run only)
  std::string input_file = {};                  // standard input, in place of a pipe
  std::string output_file = {};                 // standard output, appended to, likewise
  int fd3 = -1;                                 // what descriptor 3 is to be
  bool as_nobody = false;                       // drop to the unprivileged user; REQUIRES: IsRoot()
  bool closed_stdout = false;                   // standard output is a pipe nobody reads
  std::optional<uint64_t> file_bytes_max = {};  // RLIMIT_FSIZE
  std::optional<uint64_t> address_bytes_max = {};  // RLIMIT_AS
  std::optional<uint64_t> stack_bytes_max = {};    // RLIMIT_STACK
  std::chrono::milliseconds timeout{60000};
};

// How a process ended.
struct Finished {
  int status = -1;         // exit status; -1 if a signal ended it
  int signal = 0;          // the signal, else 0
  bool timed_out = false;  // killed by us because it did not end in time
  std::string out, err;

  // "exit 125, out '...', err '...'", for CAPTURE.
  std::string Text() const;
};

// A running child with pipes to its three standard streams. Killed, if need be, when destroyed.
class Process {
 public:
  explicit Process(const Command& command);
  ~Process();
  Process(const Process&) = delete;
  Process& operator=(const Process&) = delete;

  pid_t pid() const { return pid_; }

  // False if the child no longer reads.
  bool Write(std::string_view bytes);
  void CloseInput();
  // Writes, and reads meanwhile what the child answers; then closes the input. A child that stops
  // reading early gets less.
  void Feed(std::string_view bytes);

  // The next line of standard output without its newline; nullopt at its end or after `limit`.
  std::optional<std::string> ReadLine(std::chrono::milliseconds limit = std::chrono::seconds(20));

  void Signal(int signal);

  bool IsAlive() const;
  // What was written to it has been taken from the pipe.
  bool HasTakenInput() const;
  // Until it has taken all that was written to it and sleeps in the system call with which a run
  // waits for the outside, which is after its commit. False: it has ended, or the limit is over.
  bool WaitUntilItWaits(std::chrono::milliseconds limit = std::chrono::seconds(60));

  // Reads both outputs to their ends, waits. Kills the child after its timeout.
  Finished Wait();

 private:
  bool Pump(int wait_ms);  // moves what is there into finished_; false when both outputs have ended

  pid_t pid_ = -1;
  int in_ = -1, out_ = -1, err_ = -1;
  size_t line_begin_ = 0;  // in finished_.out: what ReadLine has not returned yet
  std::chrono::steady_clock::time_point deadline_;
  Finished finished_;
};

// Runs `command` to its end with `command.input` as standard input.
Finished Run(const Command& command);

bool IsRoot();

// True when PERDURE_LONG=1 asks for the long form of the randomised tests.
bool LongForm();

std::string ReadFile(const std::string& path);
void WriteFile(const std::string& path, std::string_view bytes);

// Lines of `text`; a last line without newline counts.
std::vector<std::string> Lines(std::string_view text);

}  // namespace perdure::test
