// `program -`: a call a line from standard input.
#include <catch2/catch.hpp>
#include <csignal>
#include <thread>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

ProgramOn Counter() { return ProgramOn(BuildProgram(Module("counter.wat"))); }

}  // namespace

TEST_CASE("lines are calls and results come in order") {
  ProgramOn counter = Counter();
  Finished finished =
      counter.Run({"-"}, "set 5\n\n  increment  \n# a comment\nincrement\nget\n\tget\ncalls");
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  REQUIRE(finished.out == "6\n7\n7\n7\n3\n");
  REQUIRE(finished.err.empty());
}

TEST_CASE("names with blanks and quotes are called in double quotes, or as they are") {
  ProgramOn names(BuildProgram(Module("export_names.wat")));
  Finished finished = names.Run({"-"}, R"("with space"
"\"quoted\""
"quoted"
back\slash
"back\\slash"
with space
)");
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "1\n2\n3\n4\n5\n");
  REQUIRE(finished.status == 2);
  RequireContains(finished.err, "line 6");
  names.Expect({"with space"}, "6\n");
}

TEST_CASE("an interactive partner gets each answer before the next call") {
  ProgramOn counter = Counter();
  Process process(counter.Line({"-"}));
  for (int i = 1; i <= 20; ++i) {
    REQUIRE(process.Write("increment\n"));
    REQUIRE(process.ReadLine() == std::to_string(i));
  }
  process.CloseInput();
  REQUIRE(process.Wait().status == 0);
}

TEST_CASE("a bad line is reported with its number and the others still run") {
  ProgramOn counter = Counter();
  Finished finished = counter.Run({"-"}, "increment\nset\nnonsense\nset 99999999999\nincrement\n");
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "1\n2\n");
  REQUIRE(finished.status == 2);
  std::vector<std::string> errors = Lines(finished.err);
  REQUIRE(errors.size() == 3);
  for (size_t i = 0; i < 3; ++i) RequireContains(errors[i], std::to_string(i + 2));
  counter.Expect({"get"}, "2\n");
}

TEST_CASE("a trap in one line leaves the lines around it alone") {
  ProgramOn traps(BuildProgram(Module("traps.wat")));
  Finished finished = traps.Run({"-"}, "set 4\ndivide_by_zero\nget\nunreachable\nset 5\nget\n");
  CAPTURE(finished.Text());
  REQUIRE(finished.out == "4\n4\n5\n5\n");
  REQUIRE(finished.status == 134);
  REQUIRE(Lines(finished.err).size() == 2);
  RequireContains(finished.err, "integer divide by zero");
}

TEST_CASE("ten thousand queued lines are all done") {
  ProgramOn counter = Counter();
  std::string input;
  for (int i = 0; i < 10000; ++i) input += "increment\n";
  Process process(counter.Line({"-"}));
  std::thread writer([&] {
    process.Write(input);
    process.CloseInput();
  });
  for (int i = 1; i <= 10000; ++i) {
    std::optional<std::string> line = process.ReadLine();
    if (line != std::to_string(i)) REQUIRE(line == std::to_string(i));
  }
  writer.join();
  REQUIRE(process.Wait().status == 0);
  counter.Expect({"calls"}, "10000\n");
}

TEST_CASE("a line of any length is an error and not a crash") {
  ProgramOn counter = Counter();
  std::string input = "increment\n" + std::string(3 << 20, 'x') + "\nset " +
                      std::string(70000, '1') + "\nincrement\n";
  input += std::string("in\0crement\n", 11) + "increment\n";
  TempDir dir;
  WriteFile(dir / "input", input);
  Finished finished =
      Run({.argv = {"/bin/sh", "-c", "exec \"$0\" - < \"$1\"", counter.program(), dir / "input"},
           .env = {{"PERDURE_STATE", counter.state()}}});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 2);
  REQUIRE(finished.out == "1\n2\n3\n");
  REQUIRE(Lines(finished.err).size() == 3);
}

TEST_CASE("a signal ends the loop between two events") {
  for (int signal : {SIGINT, SIGTERM, SIGHUP}) {
    ProgramOn counter = Counter();
    Process process(counter.Line({"-"}));
    REQUIRE(process.Write("increment\nincrement\n"));
    REQUIRE(process.ReadLine() == "1");
    REQUIRE(process.ReadLine() == "2");
    process.Signal(signal);
    Finished finished = process.Wait();
    CAPTURE(finished.Text());
    REQUIRE(finished.status == 128 + signal);
    counter.Expect({"get"}, "2\n");
  }
}

TEST_CASE("a reader that goes away loses no committed event") {
  ProgramOn counter = Counter();
  Command line = counter.Line({"-"});
  line.closed_stdout = true;
  for (int i = 0; i < 500; ++i) line.input += "increment\n";
  Finished finished = Run(line);
  CAPTURE(finished.Text());
  REQUIRE_FALSE(finished.timed_out);
  REQUIRE((finished.signal == 0 || finished.signal == SIGPIPE));
  REQUIRE(finished.err.empty());
  Finished after = counter.Run({"-"}, "get\ncalls\n");
  CAPTURE(after.Text());
  REQUIRE(after.status == 0);
  std::vector<std::string> lines = Lines(after.out);
  REQUIRE(lines.size() == 2);
  REQUIRE(lines[0] == lines[1]);  // the state is that of a whole number of events
  REQUIRE(std::stoi(lines[0]) <= 500);
}

TEST_CASE("a closed standard output is no crash") {
  ProgramOn counter = Counter();
  Finished finished =
      Run({.argv = {"/bin/sh", "-c", "exec \"$0\" increment >&-", counter.program()},
           .env = {{"PERDURE_STATE", counter.state()}}});
  CAPTURE(finished.Text());
  REQUIRE(finished.signal == 0);
  counter.Expect({"get"}, "1\n");
}

}  // namespace perdure::test
