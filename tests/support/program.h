// A program and one state, as a small language: the words the process tests are written in.
//
//     ProgramOn counter(BuildProgram(Module("counter.wat")));
//     counter.Expect({"set", "42"}, "");
//     counter.Expect({"get"}, "42\n");
//     counter.Refused(125, {"get"}, "locked");
#pragma once

#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {

class ProgramOn {
 public:
  // The state is a new path in a temporary directory.
  explicit ProgramOn(std::string program);
  // The state is at `state`, which the caller owns.
  ProgramOn(std::string program, std::string state);

  const std::string& program() const { return program_; }
  const std::string& state() const { return state_; }
  std::string wal() const { return state_ + "-wal"; }

  // The command line `program ARGS` with the state given by the environment.
  Command Line(std::vector<std::string> arguments) const;
  Finished Run(std::vector<std::string> arguments, const std::string& input = {}) const;

  // Ends with status 0, prints exactly `out`, and nothing on standard error.
  void Expect(std::vector<std::string> arguments, const std::string& out) const;

  // Ends with `status` and one line on standard error in which all of `words` stand.
  void Refused(int status, std::vector<std::string> arguments,
               const std::vector<std::string>& words) const;

  // Delivers `line` to `program -`, waits for its answer (one line), and kills the process: what it
  // wrote is left in the write-ahead log.
  void CallAndKill(const std::string& line) const;

 private:
  TempDir dir_;
  std::string program_, state_;
};

// `line` killed at a system call, as tests/support/kill_at_call.c describes: "output:3:before".
Command KilledAt(Command line, const std::string& call);

// Fails the running test, showing both, unless `word` stands in `text`.
void RequireContains(const std::string& text, const std::string& word);

// One line on standard error, `status`, all of `words` in that line.
void RequireRefusal(const Finished& finished, int status, const std::vector<std::string>& words);

}  // namespace perdure::test
