// perdure_main as users meet it: processes with arguments, pipes and signals, on the real store.
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <string>
#include <vector>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace perdure {
namespace {

namespace fs = std::filesystem;
using test::Command;
using test::Finished;
using test::Process;

// A home directory in which the sample program (sample_program.h) is run.
class Home {
 public:
  Command With(std::vector<std::string> args) const {
    args.insert(args.begin(), ENTRY_SAMPLE);
    return {.argv = std::move(args), .env = {{"HOME", path()}}, .cwd = path()};
  }
  Finished Run(std::vector<std::string> args, std::string_view input = {}) const {
    Command command = With(std::move(args));
    command.input = input;
    return test::Run(command);
  }
  const std::string& path() const { return directory_.path(); }
  std::string state() const { return path() + "/.local/state/sample/state.db"; }
  bool empty() const { return fs::is_empty(path()); }

 private:
  test::TempDir directory_;
};

bool IsOneLine(const std::string& text) {
  return text.ends_with('\n') && std::count(text.begin(), text.end(), '\n') == 1;
}

TEST_CASE("state set by one process is there in the next") {
  Home home;
  Finished set = home.Run({"set", "-42"});
  CHECK(set.err.empty());
  CHECK(set.out.empty());
  REQUIRE(set.status == 0);
  CHECK(fs::exists(home.state()));
  Finished get = home.Run({"get"});
  CHECK(get.out == "-42\n");
  CHECK(get.status == 0);
  CHECK(home.Run({"increment"}).out == "-41\n");
  CHECK(home.Run({"pair"}).out == "-41\n-1\n");
  CHECK(home.Run({"--", "--help"}).out == "-41\n");
  CHECK(home.Run({"same", "func:2"}).out == "func:2\n");
  CHECK(home.Run({"half", "0x1p-1"}).out == "0.25\n");
}

TEST_CASE("_initialize runs once in the life of a state, and again when it is begun afresh") {
  Home home;
  CHECK(home.Run({"increment"}).out == "101\n");
  CHECK(home.Run({"increment"}).out == "102\n");
  CHECK(home.Run({"--perdure-fresh", "increment"}).out == "101\n");
}

TEST_CASE("a wrong command line is status 2, one line, and opens nothing") {
  Home home;
  for (const std::vector<std::string>& args :
       std::vector<std::vector<std::string>>{{"gett"},
                                             {"set"},
                                             {"set", "x"},
                                             {"set", "4294967296"},
                                             {"get", "1"},
                                             {"-", "get"},
                                             {"--perdure-commit=never", "get"},
                                             {"--perdure-state"},
                                             {"--nope"},
                                             {"memory"}}) {
    Finished ending = home.Run(args);
    CAPTURE(ending.Text());
    CHECK(ending.status == 2);
    CHECK(ending.out.empty());
    CHECK(ending.err.starts_with("sample: error: "));
    CHECK(IsOneLine(ending.err));
    CHECK(home.empty());
  }
  Finished usage = home.Run({});
  CHECK(usage.status == 2);
  CHECK(usage.err.starts_with("Usage: sample "));
  CHECK(home.empty());
}

TEST_CASE("help, version and info open nothing where there is nothing") {
  Home home;
  Finished help = home.Run({"--help"});
  CHECK(help.status == 0);
  CHECK(help.out.find(home.state() + " (not created yet)") != std::string::npos);
  CHECK(home.Run({"--version"}).out ==
        "sample (module ab000000000000000000000000000000, built by perdure 0.0.0)\n");
  Finished info = home.Run({"--perdure-info"});
  CHECK(info.status == 0);
  CHECK(info.out.find("state exists  no\n") != std::string::npos);
  CHECK(home.empty());
}

TEST_CASE("info tells what a state holds") {
  Home home;
  home.Run({"increment"});
  home.Run({"increment"});
  Finished info = home.Run({"--perdure-info", "--perdure-json"});
  CHECK(info.status == 0);
  CHECK(info.out.find("\"state_exists\": true") != std::string::npos);
  CHECK(info.out.find("\"last_event\": 3") != std::string::npos);
  CHECK(info.out.find("\"memory_bytes\": 65536") != std::string::npos);
  Finished both = home.Run({"--perdure-info", "--perdure-stats", "increment"});
  CHECK(both.out == "103\n");
  CHECK(both.err.find("last event      4\n") != std::string::npos);
  CHECK(both.err.find("commits ") != std::string::npos);
  // Asking for the info of a state does not begin it afresh.
  home.Run({"--perdure-info", "--perdure-fresh"});
  CHECK(home.Run({"get"}).out == "103\n");
}

TEST_CASE("a trap is status 134 and leaves the state as it was") {
  Home home;
  home.Run({"set", "5"});
  Finished trap = home.Run({"divide", "1", "0"});
  CHECK(trap.status == 134);
  CHECK(trap.out.empty());
  CHECK(trap.err == "sample: trap: integer divide by zero in 'divide' (event rolled back)\n");
  CHECK(home.Run({"get"}).out == "5\n");
}

TEST_CASE("a start function that traps is status 134 and creates no state") {
  Home home;
  Command command = home.With({"get"});
  command.env["SAMPLE_BAD_START"] = "1";
  Finished trap = test::Run(command);
  CHECK(trap.status == 134);
  CHECK(trap.err.starts_with("sample: error: "));
  CHECK(home.Run({"--perdure-info"}).status == 0);
  CHECK(home.Run({"get"}).out == "100\n");
}

TEST_CASE("the guest's exit status passes through and its state is kept") {
  Home home;
  CHECK(home.Run({"quit", "3"}).status == 3);
  CHECK(home.Run({"get"}).out == "7\n");
  CHECK(home.Run({"-"}, "set 9\nquit 4\nset 10\n").status == 4);
  CHECK(home.Run({"get"}).out == "7\n");
}

TEST_CASE("the missing directory of a named state is status 125") {
  Home home;
  Finished ending = home.Run({"--perdure-state=no/where/x.db", "get"});
  CHECK(ending.status == 125);
  CHECK(ending.err.starts_with(
      "sample: error: state 'no/where/x.db': directory 'no/where': No such file or directory"));
  CHECK(home.empty());
}

TEST_CASE("a state in use is status 125 and names its owner") {
  Home home;
  Process owner(home.With({"-"}));
  owner.Write("increment\n");
  REQUIRE(owner.ReadLine() == "101");
  Finished second = home.Run({"get"});
  CHECK(second.status == 125);
  CHECK(second.err.starts_with("sample: error: "));
  CHECK(IsOneLine(second.err));
  CHECK(second.err.find(std::to_string(owner.pid())) != std::string::npos);
  owner.CloseInput();
  CHECK(owner.Wait().status == 0);
  CHECK(home.Run({"get"}).out == "101\n");
}

TEST_CASE("a file that is no state is status 125") {
  Home home;
  std::string path = home.path() + "/junk.db";
  test::WriteFile(path, std::string(5000, 'j'));
  Finished ending = home.Run({"--perdure-state=junk.db", "get"});
  CHECK(ending.status == 125);
  CHECK(IsOneLine(ending.err));
}

TEST_CASE("lines are calls: results, guest output and errors each where they belong") {
  Home home;
  Finished ending = home.Run({"-"}, "set 1\nget\nsay 2\nbad\nincrement\ndivide 1 0\nget");
  CHECK(ending.out == "1\nxx\n2\n2\n");
  CHECK(ending.err ==
        "sample: line 4: error: no function 'bad' is exported (--help lists those that are)\n"
        "sample: line 6: trap: integer divide by zero in 'divide' (event rolled back)\n");
  CHECK(ending.status == 134);
}

TEST_CASE("group commit gives every result and keeps every event") {
  Home home;
  std::string input;
  std::string expected;
  for (int i = 101; i <= 1100; ++i) {
    input += "increment\n";
    expected += std::to_string(i) + "\n";
  }
  Finished ending = home.Run({"--perdure-commit=every:64", "-"}, input);
  CHECK(ending.out == expected);
  CHECK(ending.status == 0);
  ending = home.Run({"--perdure-commit=interval:50", "--perdure-stats", "-"}, input);
  CHECK(ending.status == 0);
  CHECK(home.Run({"get"}).out == "2100\n");
}

TEST_CASE("the line loop stops between events on a signal, with what was done kept") {
  for (auto [number, status] : {std::pair{SIGINT, 130}, {SIGTERM, 143}, {SIGHUP, 129}}) {
    Home home;
    Process process(home.With({"--perdure-commit=every:10", "-"}));
    process.Write("increment\nincrement\n");
    CHECK(process.ReadLine() == "101");
    CHECK(process.ReadLine() == "102");
    process.Signal(number);
    Finished ending = process.Wait();
    CHECK(ending.status == status);
    CHECK(ending.err.empty());
    CHECK(home.Run({"get"}).out == "102\n");
  }
}

TEST_CASE("a second signal ends a guest that never returns, and its event never happened") {
  Home home;
  Process process(home.With({"-"}));
  process.Write("increment\n");
  REQUIRE(process.ReadLine() == "101");
  process.Write("spin\n");
  // However early the first arrives, the second finds the default action restored.
  process.Signal(SIGTERM);
  for (int i = 0; i < 50; ++i) {
    usleep(20000);
    process.Signal(SIGTERM);
  }
  Finished ending = process.Wait();
  CHECK((ending.signal == SIGTERM || ending.status == 143));
  CHECK(home.Run({"get"}).out == "101\n");
}

TEST_CASE("a closed output ends the line loop quietly with the state consistent") {
  Home home;
  Command command = home.With({"-"});
  command.closed_stdout = true;
  command.input = "increment\nincrement\n";
  Finished ending = test::Run(command);
  CHECK(ending.status == 128 + SIGPIPE);
  CHECK(ending.err.empty());
  Finished get = home.Run({"get"});
  CHECK((get.out == "101\n" || get.out == "102\n"));
  command = home.With({"get"});
  command.closed_stdout = true;
  CHECK(test::Run(command).status == 128 + SIGPIPE);
}

TEST_CASE("the guest sees its own environment and standard input, but not the calls") {
  Home home;
  CHECK(home.Run({"home"}).out == "0\n");
  CHECK(home.Run({"--perdure-env=A=1", "--perdure-env=B=22", "home"}).out == "9\n");
  CHECK(home.Run({"read"}, "A").out == "65\n");
  CHECK(home.Run({"read"}).out == "-1\n");
  CHECK(home.Run({"-"}, "read\nread\n").out == "-1\n-1\n");
}

}  // namespace
}  // namespace perdure
