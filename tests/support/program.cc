#include "tests/support/program.h"

#include <csignal>

#include <catch2/catch.hpp>

#include "tests/support/build.h"

namespace perdure::test {

ProgramOn::ProgramOn(std::string program)
    : program_(std::move(program)), state_(dir_ / "state.db") {}

ProgramOn::ProgramOn(std::string program, std::string state)
    : program_(std::move(program)), state_(std::move(state)) {}

Command ProgramOn::Line(std::vector<std::string> arguments) const {
  arguments.insert(arguments.begin(), program_);
  return {.argv = std::move(arguments), .env = {{"PERDURE_STATE", state_}}};
}

Finished ProgramOn::Run(std::vector<std::string> arguments, const std::string& input) const {
  Command command = Line(std::move(arguments));
  command.input = input;
  return test::Run(command);
}

void ProgramOn::Expect(std::vector<std::string> arguments, const std::string& out) const {
  Finished finished = Run(arguments);
  INFO("arguments " << Catch::Detail::stringify(arguments));
  INFO(finished.Text());
  REQUIRE(finished.status == 0);
  REQUIRE(finished.out == out);
  REQUIRE(finished.err.empty());
}

void ProgramOn::Refused(int status, std::vector<std::string> arguments,
                        const std::vector<std::string>& words) const {
  RequireRefusal(Run(std::move(arguments)), status, words);
}

void ProgramOn::CallAndKill(const std::string& line) const {
  Process process(Line({"-"}));
  REQUIRE(process.Write(line + "\n"));
  std::optional<std::string> answer = process.ReadLine();
  process.Signal(SIGKILL);
  Finished finished = process.Wait();
  INFO(finished.Text());
  REQUIRE(answer.has_value());
}

Command KilledAt(Command line, const std::string& call) {
  line.env["LD_PRELOAD"] = CompileShared(RepositoryFile("tests/support/kill_at_call.c"));
  line.env["PERDURE_KILL_AT"] = call;
  return line;
}

void RequireContains(const std::string& text, const std::string& word) {
  INFO("looking for '" << word << "' in '" << text << "'");
  REQUIRE(text.find(word) != std::string::npos);
}

void RequireRefusal(const Finished& finished, int status, const std::vector<std::string>& words) {
  INFO(finished.Text());
  REQUIRE(finished.signal == 0);
  REQUIRE(finished.status == status);
  REQUIRE(finished.out.empty());
  REQUIRE(Lines(finished.err).size() == 1);
  for (const std::string& word : words) RequireContains(finished.err, word);
}

}  // namespace perdure::test
