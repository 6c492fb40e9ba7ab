// The language of the tests of runs: the command of run_program.h on a store in memory.
//
//     RunSession session;
//     session.Start();
//     session.Feed("aX");              // until it waits for more; then it is stopped
//     session.Kill();                  // as kill -9
//     session.Start();
//     session.Feed("b");
#pragma once

#include <string>
#include <string_view>

#include "perdure/instance.h"
#include "rtlib/engine/memory_store.h"
#include "tests/unit/engine/run_program.h"

namespace perdure::test {

class RunSession {
 public:
  explicit RunSession(const perdure_program& program = kRunProgram);
  ~RunSession();

  Status Open();
  void Start();  // Open() that must work
  void Kill();
  void Close();

  // Runs with `input`, until it waits for more than that and is stopped, or ends.
  Result<Outcome> Try(std::string_view input);
  Outcome Feed(std::string_view input);  // Try() that must work
  Outcome End(std::string_view input);   // after `input` its input is at its end

  // A dot that nobody prints, so that a wait may be over.
  void PutDot();

  const std::string& output() const { return output_; }
  MemoryDisk& disk() { return MemoryDiskAt(options.state_path); }
  Instance& instance() { return *instance_; }
  std::string Memory() const;

  Options options;
  RunConfig config;
  const perdure_program* program;

 private:
  std::unique_ptr<Instance> instance_;
  std::string output_;
  int dots_[2];
};

}  // namespace perdure::test
