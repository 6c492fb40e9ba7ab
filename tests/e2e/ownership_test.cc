// Who may use a state: one process at a time, and whatever the file system allows.
#include <catch2/catch.hpp>
#include <filesystem>

#include <sys/stat.h>
#include <unistd.h>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

// A program and a folder for its state that the unprivileged user can reach.
struct Unprivileged {
  Unprivileged()
      : dir(TempDir::Place::kExecutable), counter(dir / "counter", dir / "open/state.db") {
    fs::copy_file(BuildProgram(Module("counter.wat")), dir / "counter");
    chmod((dir / "counter").c_str(), 0755);
    fs::create_directory(dir / "open");
    chmod((dir / "open").c_str(), 0777);
  }
  Finished Call(std::vector<std::string> arguments) const {
    Command line = counter.Line(std::move(arguments));
    line.as_nobody = true;
    return Run(line);
  }
  TempDir dir;
  ProgramOn counter;
};

}  // namespace

TEST_CASE("a second process is told who owns the state") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  counter.Expect({"set", "4"}, "");
  Process owner(counter.Line({"-"}));
  REQUIRE(owner.Write("increment\n"));
  REQUIRE(owner.ReadLine() == "5");
  const std::string pid = std::to_string(owner.pid());
  counter.Refused(125, {"increment"}, {counter.state(), pid});
  counter.Refused(125, {"get"}, {pid});
  counter.Refused(125, {"--perdure-fresh", "get"}, {pid});
  REQUIRE(owner.Write("increment\n"));
  REQUIRE(owner.ReadLine() == "6");
  owner.CloseInput();
  REQUIRE(owner.Wait().status == 0);
  counter.Expect({"get"}, "6\n");
}

TEST_CASE("a killed owner leaves no lock behind") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  counter.CallAndKill("increment");
  counter.Expect({"increment"}, "2\n");
}

TEST_CASE("of many processes that start at once exactly one at a time is the owner") {
  std::string program = BuildProgram(Module("counter.wat"));
  for (int round = 0; round < 5; ++round) {
    ProgramOn counter(program);
    std::vector<std::unique_ptr<Process>> racers;
    for (int i = 0; i < 8; ++i)
      racers.push_back(std::make_unique<Process>(counter.Line({"increment"})));
    int winners = 0;
    for (auto& racer : racers) {
      Finished finished = racer->Wait();
      INFO(finished.Text());
      REQUIRE((finished.status == 0 || finished.status == 125));
      if (finished.status == 0) ++winners;
    }
    REQUIRE(winners >= 1);
    counter.Expect({"calls"}, std::to_string(winners) + "\n");
  }
}

TEST_CASE("an unprivileged user can run a program on a state of his own") {
  if (!IsRoot()) PERDURE_SKIP("becoming another user needs root");
  Unprivileged user;
  Finished finished = user.Call({"increment"});
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "1\n");
  finished = user.Call({"increment"});
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "2\n");
  REQUIRE(finished.status == 0);
}

TEST_CASE("a read-only state file or folder is named and stays as it is") {
  if (!IsRoot()) PERDURE_SKIP("becoming another user needs root");
  Unprivileged user;
  REQUIRE(user.Call({"increment"}).out == "1\n");
  const std::string before = ReadFile(user.counter.state());
  REQUIRE(chown(user.counter.state().c_str(), 0, 0) == 0);
  chmod(user.counter.state().c_str(), 0444);
  RequireRefusal(user.Call({"increment"}), 125, {user.counter.state()});
  chmod(user.counter.state().c_str(), 0600);
  RequireRefusal(user.Call({"increment"}), 125, {user.counter.state()});
  REQUIRE(ReadFile(user.counter.state()) == before);

  fs::create_directory(user.dir / "closed");
  Command line = user.counter.Line({"increment"});
  line.as_nobody = true;
  line.env["PERDURE_STATE"] = user.dir / "closed/state.db";
  RequireRefusal(Run(line), 125, {user.dir / "closed"});
}

TEST_CASE("a read-only folder with a writable state in it is refused before an event") {
  if (!IsRoot()) PERDURE_SKIP("becoming another user needs root");
  Unprivileged user;
  REQUIRE(user.Call({"increment"}).out == "1\n");
  chmod((user.dir / "open").c_str(), 0555);
  RequireRefusal(user.Call({"increment"}), 125, {user.counter.state()});
  chmod((user.dir / "open").c_str(), 0777);
  REQUIRE(user.Call({"increment"}).out == "2\n");
}

TEST_CASE("a state reached through a symbolic link is the same state") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  counter.Expect({"increment"}, "1\n");
  TempDir dir;
  fs::create_symlink(counter.state(), dir / "link.db");
  ProgramOn linked(counter.program(), dir / "link.db");
  linked.Expect({"increment"}, "2\n");
  counter.Expect({"increment"}, "3\n");
  Process owner(counter.Line({"-"}));
  REQUIRE(owner.Write("increment\n"));
  REQUIRE(owner.ReadLine() == "4");
  linked.Refused(125, {"get"}, {std::to_string(owner.pid())});
}

}  // namespace perdure::test
