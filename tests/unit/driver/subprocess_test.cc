#include "compiler/driver/subprocess.h"

#include <unistd.h>

#include <csignal>
#include <string>

#include <catch2/catch.hpp>

#include "rtlib/base/text.h"

namespace perdure {
namespace {

Command Shell(const std::string& script) { return {{"/bin/sh", "-c", script}, "", ""}; }

}  // namespace

TEST_CASE("output and exit status of a command come back") {
  const Result<ProcessEnd> end = Run(Shell("echo out; echo err >&2; exit 3"));
  REQUIRE(end.ok());
  REQUIRE(end->exit_status == 3);
  REQUIRE(end->output == "out\nerr\n");
}

TEST_CASE("a command killed by a signal has a shell's status") {
  const Result<ProcessEnd> end = Run(Shell("kill -9 $$"));
  REQUIRE(end.ok());
  REQUIRE(end->exit_status == 128 + SIGKILL);
}

TEST_CASE("a command runs in its folder, with nothing to read") {
  Command command = Shell("pwd; cat");
  command.directory = "/";
  REQUIRE(Run(command)->output == "/\n");
}

TEST_CASE("a program that is not there is an error that names it") {
  const Result<ProcessEnd> end = Run({{"/no/such/program"}, "", ""});
  REQUIRE_FALSE(end.ok());
  REQUIRE(end.status().message().find("/no/such/program") != std::string_view::npos);
}

TEST_CASE("more output than a pipe holds does not block") {
  const Result<ProcessEnd> end = Run(Shell("head -c 3000000 /dev/zero"));
  REQUIRE(end.ok());
  REQUIRE(end->output.size() == 3000000);
}

TEST_CASE("ends come in the order of the commands, whatever the order they happen in") {
  std::vector<Command> commands;
  for (int i = 0; i < 9; ++i) commands.push_back(Shell(StrCat("sleep 0.0", 9 - i, "; echo ", i)));
  size_t started = 0;
  const auto ends = RunAll(commands, 4, [&](const Command&) { ++started; });
  REQUIRE(ends.ok());
  REQUIRE(started == 9);
  for (size_t i = 0; i < 9; ++i) REQUIRE((*ends)[i].output == StrCat(i, "\n"));
}

TEST_CASE("after a failure nothing more is started and the rest is ended") {
  const auto ends = RunAll({Shell("exit 1"), Shell("sleep 60"), Shell("echo never")}, 2, nullptr);
  REQUIRE(ends.ok());
  REQUIRE((*ends)[0].exit_status == 1);
  REQUIRE((*ends)[1].exit_status == -1);
  REQUIRE((*ends)[2].exit_status == -1);
  REQUIRE((*ends)[2].output.empty());
}

TEST_CASE("commands that need more memory than there is do not run at the same time") {
  REQUIRE(AvailableMemoryBytes() > 0);
  // Each fails if it finds the other's mark.
  char folder[] = "/tmp/perdure-test-XXXXXX";
  REQUIRE(mkdtemp(folder) != nullptr);
  Command command = Shell("mkdir busy && sleep 0.05 && rmdir busy");
  command.directory = folder;
  command.memory_bytes = UINT64_MAX / 4;
  const auto ends = RunAll(std::vector<Command>(5, command), 5, nullptr);
  rmdir(folder);
  REQUIRE(ends.ok());
  for (const ProcessEnd& end : *ends) REQUIRE(end.output.empty());
}

TEST_CASE("a command that fits does not wait for one that does not") {
  std::vector<Command> commands = {Shell("sleep 0.2"), Shell("true"), Shell("true")};
  commands[0].memory_bytes = AvailableMemoryBytes() / 2;
  commands[1].memory_bytes = UINT64_MAX / 4;
  std::vector<size_t> order;
  REQUIRE(RunAll(commands, 2, [&](const Command& command) {
            order.push_back(command.memory_bytes == 0 ? 0 : 1);
          }).ok());
  REQUIRE(order == std::vector<size_t>{1, 0, 1});
}

TEST_CASE("an interrupt ends what runs and is remembered") {
  InterruptGuard guard;
  const std::string script = StrCat("kill -TERM ", getpid(), "; sleep 60");
  const auto ends = RunAll({Shell(script), Shell("echo never")}, 1, nullptr);
  REQUIRE(ends.ok());
  REQUIRE((*ends)[0].exit_status == -1);
  REQUIRE((*ends)[1].exit_status == -1);
  REQUIRE(InterruptGuard::Interrupted() == ExitCode::kTerminated);
}

TEST_CASE("commands are shown as a shell would take them") {
  REQUIRE(CommandText({{"cc", "-o", "a b", "it's", ""}, "/tmp", ""}) ==
          "cd /tmp && cc -o 'a b' 'it'\\''s' ''");
}

}  // namespace perdure
