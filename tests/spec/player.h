// Player: plays one script with a driver process.
//
// With `kill`, everything is thrown away between every two steps and comes back from its state
// file when it is next needed: seven times of eight all instances of the process are closed and the
// new ones lie elsewhere, the eighth time the process is killed with SIGKILL.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "tests/spec/linkage.h"
#include "tests/spec/report.h"
#include "tests/spec/script.h"
#include "tests/spec/workshop.h"
#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace perdure::spec {

class Player {
 public:
  // `programs` is parallel to `linkage.modules`. All must outlive the player.
  Player(const Script& script, const Linkage& linkage, const std::vector<BuiltModule>& programs,
         std::string driver, bool kill)
      : script_(script),
        linkage_(linkage),
        programs_(programs),
        driver_(std::move(driver)),
        kill_(kill) {}

  // Plays all steps but those that only refuse a module.
  std::vector<StepResult> Play();

  static bool Refuses(const Step& step);

 private:
  // Instances are numbered as the placements of the linkage.
  struct Instance {
    bool exists = false;   // its instantiation succeeded
    bool is_kept = false;  // it has a name
  };

  // Each returns what is wrong, or "".
  std::string PlayStep(const Step& step);
  std::string Instantiate(const Step& step, size_t number);
  std::string FailToInstantiate(const Step& step, size_t number);
  std::string Register(const Step& step);
  std::string Assert(const Step& step);

  // The driver's answer to `command`; a dead driver is an answer too.
  std::string Ask(const std::string& command);
  // "opened", or the answer that says why not.
  std::string OpenSlot(size_t number);
  std::string Start(size_t number);
  std::string Perform(const Action& action);
  void Interrupt();
  void ForgetProcess();
  void LeaveBehind();

  const Script& script_;
  const Linkage& linkage_;
  const std::vector<BuiltModule>& programs_;
  const std::string driver_;
  const bool kill_;
  test::TempDir states_;
  std::unique_ptr<test::Process> process_;
  std::set<size_t> open_slots_;  // in the present process
  std::map<size_t, Instance> instances_;
  std::map<std::string, size_t> names_;
  std::optional<size_t> newest_;
  size_t next_ = 0;  // instance
  size_t interruptions_ = 0;
};

}  // namespace perdure::spec
