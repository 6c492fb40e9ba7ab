// What goes wrong around the compiler: outputs, wasm2c, the C compiler, usage.
#include <catch2/catch.hpp>
#include <filesystem>

#include <sys/stat.h>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

Finished Build(const std::string& output, std::vector<std::string> flags, Command extra = {}) {
  std::vector<std::string> arguments = {"build", Module("counter.wat"), "-o", output};
  arguments.insert(arguments.end(), flags.begin(), flags.end());
  return RunCompiler(std::move(arguments), std::move(extra));
}

void RequireFailure(const Finished& finished, int status, const std::vector<std::string>& words) {
  INFO(finished.Text());
  REQUIRE(finished.status == status);
  REQUIRE(finished.out.empty());
  RequireContains(finished.err, "error: ");
  for (const std::string& word : words) RequireContains(finished.err, word);
}

// An executable script in `dir`.
std::string Script(const TempDir& dir, const std::string& name, const std::string& text) {
  WriteFile(dir / name, "#!/bin/sh\n" + text + "\n");
  chmod((dir / name).c_str(), 0755);
  return dir / name;
}

// Nothing but the output may be left where the output goes.
size_t FilesIn(const TempDir& dir) {
  return static_cast<size_t>(std::distance(fs::directory_iterator(dir.path()), {}));
}

}  // namespace

TEST_CASE("an output that cannot be written is named") {
  TempDir dir(TempDir::Place::kExecutable);
  RequireFailure(Build(dir / "no/such/folder/counter", {"-O0"}), 1, {"no/such/folder"});
  fs::create_directory(dir / "folder");
  RequireFailure(Build(dir / "folder", {"-O0"}), 1, {"folder"});
  REQUIRE(fs::is_directory(dir / "folder"));
  RequireFailure(Build("/proc/counter", {"-O0"}), 1, {"/proc/counter"});
}

TEST_CASE("a failed build leaves an existing output alone") {
  TempDir dir(TempDir::Place::kExecutable);
  WriteFile(dir / "counter", "precious");
  std::string cc = Script(dir, "cc", "exit 1");
  Finished finished = Build(dir / "counter", {"--cc=" + cc});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 3);
  REQUIRE(ReadFile(dir / "counter") == "precious");
  REQUIRE(FilesIn(dir) == 2);
}

TEST_CASE("a missing wasm2c is named with the way out") {
  TempDir dir(TempDir::Place::kExecutable);
  Command extra = {.env = {{"PERDURE_WASM2C", dir / "nothing-here"}}};
  RequireFailure(Build(dir / "counter", {}, extra), 3, {"wasm2c", "nothing-here"});
  REQUIRE(FilesIn(dir) == 0);
}

TEST_CASE("a wasm2c that is too old is refused") {
  TempDir dir(TempDir::Place::kExecutable);
  Command extra = {.env = {{"PERDURE_WASM2C", Script(dir, "wasm2c", "echo 1.0.32")}}};
  RequireFailure(Build(dir / "counter", {}, extra), 3, {"1.0.32", "1.0.36"});
}

TEST_CASE("a wasm2c that fails is reported") {
  TempDir dir(TempDir::Place::kExecutable);
  std::string script =
      "case $1 in --version) echo 1.0.36;; *) echo strange failure >&2; exit 1;; esac";
  Command extra = {.env = {{"PERDURE_WASM2C", Script(dir, "wasm2c", script)}}};
  RequireFailure(Build(dir / "counter", {}, extra), 3, {"wasm2c", "strange failure"});
}

TEST_CASE("a missing C compiler is named") {
  TempDir dir(TempDir::Place::kExecutable);
  RequireFailure(Build(dir / "counter", {"--cc=" + (dir / "no-cc")}), 3, {"no-cc"});
}

TEST_CASE("a failing C compiler's own message is shown") {
  TempDir dir(TempDir::Place::kExecutable);
  std::string cc = Script(dir, "cc", "echo out of cheese >&2; exit 1");
  RequireFailure(Build(dir / "counter", {"--cc=" + cc}), 3, {"out of cheese", "--keep"});
  REQUIRE_FALSE(fs::exists(dir / "counter"));
}

TEST_CASE("a C compiler that dies is reported") {
  TempDir dir(TempDir::Place::kExecutable);
  std::string cc = Script(dir, "cc", "kill -SEGV $$");
  RequireFailure(Build(dir / "counter", {"--cc=" + cc}), 3, {"cc"});
}

TEST_CASE("wrong usage is exit status 2 with a hint") {
  TempDir dir;
  RequireFailure(RunCompiler({"build", Module("counter.wat"), "--ouput=x"}), 2,
                 {"--ouput", "--help"});
  RequireFailure(RunCompiler({"biuld"}), 2, {"biuld", "build"});
  RequireFailure(RunCompiler({"build"}), 2, {"input"});
  RequireFailure(RunCompiler({"build", Module("counter.wat"), "-o", dir / "c", "--emit=poem"}), 2,
                 {"poem", "exe"});
}

TEST_CASE("the same module and flags give the same program") {
  TempDir dir(TempDir::Place::kExecutable);
  for (const char* folder : {"a", "b"}) {
    fs::create_directory(dir / folder);
    std::string base = dir / folder;
    REQUIRE(Build(base + "/counter", {"-O1", "--keep=" + base + "/kept"}).status == 0);
  }
  REQUIRE(ReadFile(dir / "a/counter") == ReadFile(dir / "b/counter"));
  size_t sources = 0;
  for (const fs::directory_entry& entry : fs::directory_iterator(dir / "a/kept")) {
    std::string name = entry.path().filename().string();
    if (entry.path().extension() != ".c" && entry.path().extension() != ".h") continue;
    INFO(name);
    REQUIRE(ReadFile(entry.path().string()) == ReadFile(dir / ("b/kept/" + name)));
    ++sources;
  }
  REQUIRE(sources >= 4);
}

TEST_CASE("doctor finds this toolchain usable and a broken one not") {
  Finished finished = RunCompiler({"doctor"});
  CAPTURE(finished.Text());
  REQUIRE(finished.status == 0);
  Finished broken = RunCompiler({"doctor"}, {.env = {{"PERDURE_WASM2C", "/nothing/here"}}});
  CAPTURE(broken.Text());
  REQUIRE(broken.status == 3);
}

}  // namespace perdure::test
