// Imports of a host library: effects come out after the commit, and a trapped event has none.
#include <catch2/catch.hpp>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

ProgramOn Output() {
  return ProgramOn(BuildProgram(Module("output.wat"), {.host_source = Module("host.c")}));
}

}  // namespace

TEST_CASE("a host function's output is an effect of the event") {
  ProgramOn output = Output();
  output.Expect({"hello"}, "hello from the guest\n1\n");
  output.Expect({"hello"}, "hello from the guest\n2\n");
  output.Expect({"say_nothing"}, "");
}

TEST_CASE("output and results of a stream come in the order of its lines, whatever the group") {
  for (const char* commit : {"event", "every:2", "every:100", "interval:1000000"}) {
    ProgramOn output = Output();
    CAPTURE(commit);
    Finished finished = output.Run({std::string("--perdure-commit=") + commit, "-"},
                                   "hello\nfill 0 1 1\nbyte 0\n"
                                   "hello\nhello\n");
    CAPTURE(finished.Text());
    REQUIRE(finished.status == 0);
    REQUIRE(finished.out ==
            "hello from the guest\n1\n1\nhello from the guest\n2\nhello from the guest\n3\n");
  }
}

TEST_CASE("what a host function writes through a view persists") {
  ProgramOn output = Output();
  output.Expect({"fill", "8190", "7", "4"}, "");
  output.Expect({"byte", "8193"}, "7\n");
  output.Expect({"byte", "8194"}, "0\n");
  output.Refused(134, {"fill", "131070", "7", "4"}, {"out of bounds"});
  output.Expect({"byte", "131070"}, "0\n");
}

TEST_CASE("a trapped event has no effects") {
  ProgramOn output = Output();
  output.Expect({"hello"}, "hello from the guest\n1\n");
  output.Refused(134, {"hello_and_refuse"}, {"the host refuses"});
  output.Refused(134, {"say_beyond"}, {"out of bounds"});
  output.Expect({"hello"}, "hello from the guest\n2\n");
}

TEST_CASE("an imported function works from a table however it came there") {
  ProgramOn tables(BuildProgram(Module("imported_elements.wat"),
                                {.host_source = Module("imported_elements.c")}));
  tables.Expect({"call", "0", "7"}, "21\n");  // an active segment
  tables.Expect({"say", "2"}, "said\n");
  tables.Expect({"init", "3", "0", "3"}, "");  // a passive one
  tables.Expect({"call", "3", "7"}, "8\n");
  tables.Expect({"call", "5", "7"}, "21\n");
  tables.Expect({"say", "4"}, "said\n");
  tables.Expect({"put_kept", "6"}, "");  // a global's initial value
  tables.Expect({"call", "6", "7"}, "21\n");
}

TEST_CASE("an import that no library supplies is named with its type and offset") {
  Finished finished = RunCompiler({"build", Module("output.wat"), "-o", TempDir() / "output"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 1);
  for (const char* word : {"host", "add_one", "(i32) -> i32", "0x0000", "--host"}) {
    RequireContains(finished.err, word);
  }
}

TEST_CASE("a host library that lacks an import is found out before it is too late") {
  TempDir dir(TempDir::Place::kExecutable);
  WriteFile(dir / "half.c",
            "#include <perdure/host.h>\n"
            "void w2c_host_say(perdure_host* h, uint32_t a, uint32_t n) { (void)h; (void)a; "
            "(void)n; }\n");
  std::string object = CompileHost(dir / "half.c");
  Finished finished =
      RunCompiler({"build", Module("output.wat"), "-o", dir / "output", "-O0", "--host=" + object});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 1);
  RequireContains(finished.err, "add_one");
  RequireContains(finished.err, "(i32) -> i32");
}

}  // namespace perdure::test
