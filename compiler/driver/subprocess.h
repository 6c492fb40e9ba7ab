// Running other programs: without a shell, several at a time, and so that an interrupt ends them.
#pragma once

#include <csignal>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "compiler/driver/exit_code.h"
#include "perdure/status.h"

namespace perdure {

struct Command {
  std::vector<std::string> argv;  // argv[0] is looked up on PATH unless it contains a '/'
  std::string directory;          // empty: the current one
  std::string label;              // for progress: "compiling app_2.c"
  uint64_t memory_bytes = 0;      // estimate of what it will need
};

// As a shell would want it typed.
std::string CommandText(const Command& command);

struct ProcessEnd {
  int exit_status = 0;  // 128 + signal when one killed it
  std::string output;   // standard output and error, as they came
  bool ok() const { return exit_status == 0; }
};

// While one exists, SIGINT, SIGTERM and SIGHUP do not end this process; they end what RunAll runs
// and are remembered, so that the caller can clean up. They may nest.
class InterruptGuard {
 public:
  InterruptGuard();
  ~InterruptGuard();
  InterruptGuard(const InterruptGuard&) = delete;
  InterruptGuard& operator=(const InterruptGuard&) = delete;

  // The exit code for the signal that came since the first guard began, or kOk.
  static ExitCode Interrupted();

 private:
  sigset_t old_mask_;
};

// Runs one command to its end; standard input is /dev/null. A Status means it could not be started.
Result<ProcessEnd> Run(const Command& command);

// Bytes that processes started now can have: what the machine has free, or less if a control group
// sets a limit.
uint64_t AvailableMemoryBytes();

// Runs all, at most `jobs` at a time, and gives their ends in the order of `commands`. Those that
// together would need more memory than there is wait for each other. After the first failure (or
// interrupt) no more are started and those running are ended; their entries then have exit status
// -1. `on_start` is called before each.
Result<std::vector<ProcessEnd>> RunAll(const std::vector<Command>& commands, int jobs,
                                       const std::function<void(const Command&)>& on_start);

// The first executable called `name` on PATH, or empty. A `name` with a '/' is taken as it is.
std::string FindOnPath(const std::string& name);

}  // namespace perdure
