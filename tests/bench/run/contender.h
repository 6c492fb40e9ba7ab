// One way to run a workload, as a process that answers each line with a result.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "tests/bench/run/workload.h"
#include "tests/support/process.h"

namespace perdure::bench {

struct Tools {
  std::string repository, perdure, libraries;  // libraries: the folder of libperdure_*.a
  std::string work;                            // where everything is built
  bool tricks = false;                         // compare tricks, not engines
  std::string without;                         // names of all tricks, separated by commas
};

struct Contender {
  std::string column;
  test::Command command;  // argv empty: could not be built, `problem` says why
  std::string problem;
  std::string line = {};  // what it is asked; empty: whatever its kind is asked
};

// Compiles `workload` for every contender there is on this machine; the first is the baseline.
std::vector<Contender> BuildContenders(const Workload& workload, const Tools& tools);

// A workload as wasm: with an export that is called, and as a command that reads lines itself.
struct Modules {
  std::string library, command;  // files
  std::string problem;           // empty: none
};
Modules MakeModules(const Workload& workload, const Tools& tools);

bool OnPath(const std::string& program);

// A contender that runs, on no state of an earlier one. Ask() delivers one line and waits for the
// answer.
class Race {
 public:
  explicit Race(const Contender& contender);

  // CPU seconds of the whole process for one event; negative: it died or answered nothing.
  double Ask();
  const std::string& answer() const { return answer_; }

 private:
  double CpuSeconds() const;

  std::unique_ptr<test::Process> process_;
  std::string line_, answer_;
};

}  // namespace perdure::bench
