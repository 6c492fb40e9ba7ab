// The helpers themselves: a test is worth what its means of seeing a failure are worth.
#include <catch2/catch.hpp>
#include <chrono>
#include <csignal>

#include "tests/support/build.h"
#include "tests/support/oracle.h"
#include "tests/support/process.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

Finished Shell(const std::string& script, Command command = {}) {
  command.argv = {"/bin/sh", "-c", script};
  return Run(command);
}

}  // namespace

TEST_CASE("a process ends by status or by signal or by our patience") {
  REQUIRE(Shell("exit 7").status == 7);
  Finished killed = Shell("kill -SEGV $$");
  REQUIRE(killed.signal == SIGSEGV);
  REQUIRE(killed.status == -1);
  Finished slow = Shell("sleep 60", {.timeout = std::chrono::milliseconds(200)});
  REQUIRE(slow.timed_out);
  Finished deaf = Shell("exec >&- 2>&-; sleep 60", {.timeout = std::chrono::milliseconds(200)});
  REQUIRE(deaf.timed_out);
  REQUIRE(Run({.argv = {"/no/such/program"}}).status == 127);
}

TEST_CASE("both outputs and the input of a process are carried whole") {
  Finished finished = Shell("cat; echo wrong >&2", {.input = std::string(50000, 'i')});
  REQUIRE(finished.out == std::string(50000, 'i'));
  REQUIRE(finished.err == "wrong\n");
  REQUIRE(Shell("head -c 3000000 /dev/zero").out.size() == 3000000);
}

TEST_CASE("the settings of a developer do not reach a program") {
  setenv("PERDURE_STATE", "/somewhere", 1);
  REQUIRE(Shell("echo \"$PERDURE_STATE$OTHER\"").out == "\n");
  REQUIRE(Shell("echo $OTHER", {.env = {{"OTHER", "value"}}}).out == "value\n");
  unsetenv("PERDURE_STATE");
}

TEST_CASE("limits and another user are really in force") {
  REQUIRE(Shell("ulimit -s", {.stack_bytes_max = 1 << 20}).out == "1024\n");
  REQUIRE(Shell("ulimit -v", {.address_bytes_max = 1 << 28}).out == "262144\n");
  if (!IsRoot()) PERDURE_SKIP("becoming another user needs root");
  REQUIRE(Shell("id -u", {.as_nobody = true}).out == "65534\n");
}

TEST_CASE("the state dump sees every kind of change") {
  struct Change {
    const char *module, *call, *word;
  };
  for (const Change& change :
       {Change{"counter.wat", "call set 5", "memory 0"},
        {"types.wat", "call set_v128 00000000000000000000000000000001", "global 4"},
        {"types.wat", "call set_func func:1", "global 5: func:1"},
        {"memories.wat", "call grow_b 1", "memory 1: 3 pages"},
        {"memories.wat", "call drop_first", "data 1: dropped"},
        {"tables.wat", "call set_hidden 3", "table 0: 6 funcref"},
        {"tables.wat", "call drop", "elem 1: dropped"}}) {
    INFO(change.module << " " << change.call);
    TempDir dir;
    const std::string driver = BuildDriver(Module(change.module));
    const std::string before = Drive(driver, dir / "a.db", "dump\n");
    const std::string after = Drive(driver, dir / "b.db", std::string(change.call) + "\ndump\n");
    std::vector<std::string> old_lines = Lines(before), new_lines = Lines(after);
    REQUIRE(new_lines.size() == old_lines.size() + 1);
    size_t different = 0;
    for (size_t i = 0; i < old_lines.size(); ++i) {
      if (old_lines[i] == new_lines[i + 1]) continue;
      ++different;
      INFO(new_lines[i + 1]);
      if (different == 1) RequireContains(new_lines[i + 1], change.word);
    }
    REQUIRE(different >= 1);
  }
}

TEST_CASE("the oracle would see a global or a table that does not persist") {
  struct Case {
    const char *module, *call, *line;
  };
  for (const Case& test :
       {Case{"types.wat", "call set_i32 -5", "global 0: -5"},
        Case{"tables.wat", "call set_hidden 3", "table 0: 6 funcref 0=0 1=1 3=3"}}) {
    TempDir dir;
    const std::string driver = BuildDriver(Module(test.module));
    for (bool forget : {false, true}) {
      INFO(test.module << (forget ? " forgetting" : ""));
      const std::string state = dir / (forget ? "forgotten.db" : "kept.db");
      const std::vector<std::string> arguments(forget ? 1 : 0, "forget");
      RequireContains(Drive(driver, state, std::string(test.call) + "\ndump\n", "", arguments),
                      test.line);
      const std::string restored = Drive(driver, state, "dump\n", "", arguments);
      REQUIRE((restored.find(test.line) == std::string::npos) == forget);
    }
  }
}

}  // namespace perdure::test
