// A C program's files, from process to process.
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <set>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

bool HasModule() { return access(WASI_FILES_MODULE, R_OK) == 0; }

constexpr const char* kMissing = "no wasi-libc for clang (./dev setup installs it)";

// The program with a directory of its own as /data.
class Files {
 public:
  Files() : program_(BuildProgram(WASI_FILES_MODULE)) {
    REQUIRE(mkdir(data().c_str(), 0777) == 0);
    WriteFile(dir_ / "secret", "secret");
  }
  std::string data() const { return dir_ / "data"; }
  std::string secret_dir() const { return dir_.path(); }

  Finished Call(const std::vector<std::string>& call, const std::string& input = {}) const {
    return CallIn(data(), call, input);
  }
  Finished CallIn(const std::string& data, const std::vector<std::string>& call,
                  const std::string& input = {}) const {
    std::vector<std::string> line = {"--perdure-dir=" + data + "::/data"};
    line.insert(line.end(), call.begin(), call.end());
    return program_.Run(line, input);
  }
  std::string Out(const std::vector<std::string>& call) const {
    const Finished finished = Call(call);
    CAPTURE(finished.Text());
    REQUIRE(finished.status == 0);
    CHECK(finished.err.empty());
    return finished.out;
  }
  const ProgramOn& program() const { return program_; }

 private:
  TempDir dir_;
  ProgramOn program_;
};

}  // namespace

TEST_CASE("a file that one process opened is read on by the next") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  WriteFile(files.data() + "/book", "10\n20\n30\n");
  CHECK(files.Out({"next_number"}) == "10\n");
  CHECK(files.Out({"next_number"}) == "20\n");
  CHECK(files.Out({"next_number"}) == "30\n");
  CHECK(files.Out({"next_number"}) == "-1\n");
  CHECK(files.Out({"next_byte"}) == "49\n");
  CHECK(files.Out({"next_byte"}) == "48\n");
  CHECK(files.Out({"next_byte"}) == "10\n");
  CHECK(files.Out({"next_byte"}) == "50\n");
}

TEST_CASE("a file that is gone gives an errno and one line on standard error, once") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  WriteFile(files.data() + "/book", "10\n");
  CHECK(files.Out({"next_byte"}) == "49\n");
  REQUIRE(unlink((files.data() + "/book").c_str()) == 0);
  const Finished lost = files.Call({"next_byte"});
  CAPTURE(lost.Text());
  CHECK(lost.status == 0);
  CHECK(lost.out == "-72\n");  // ESTALE
  CHECK(Lines(lost.err).size() == 1);
  RequireContains(lost.err, "'/data/book'");
  CHECK(files.Out({"next_byte"}) == "-72\n");
}

TEST_CASE("a directory is found again under its name, wherever it was moved") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  WriteFile(files.data() + "/book", "12345");
  CHECK(files.Out({"next_byte"}) == "49\n");
  const std::string moved = files.data() + ".moved";
  REQUIRE(mkdir(moved.c_str(), 0777) == 0);
  WriteFile(moved + "/book", "12345");
  const Finished finished = files.CallIn(moved, {"next_byte"});
  CAPTURE(finished.Text());
  CHECK(finished.out == "50\n");
  CHECK(finished.err.empty());
}

TEST_CASE("without its directory a program starts, and says what is missing") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  WriteFile(files.data() + "/book", "12345");
  CHECK(files.Out({"next_byte"}) == "49\n");
  const Finished finished = files.program().Run({"next_byte"});
  CAPTURE(finished.Text());
  CHECK(finished.status == 0);
  CHECK(finished.out == "-72\n");
  RequireContains(finished.err, "'/data'");
}

TEST_CASE("a journal is appended to by every process, and a trap takes nothing back") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  CHECK(files.Out({"append", "1"}) == "0\n");
  CHECK(files.Out({"append", "2"}) == "0\n");
  CHECK(files.Call({"append_and_trap", "3"}).status == 134);
  // The same call again finds its own line.
  CHECK(files.Call({"append_and_trap", "3"}).status == 134);
  CHECK(files.Out({"append", "4"}) == "0\n");
  CHECK(ReadFile(files.data() + "/journal") == "1\n2\n3\n4\n");
}

TEST_CASE("a directory is listed on from process to process, while it changes") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  for (int i = 0; i < 20; ++i) WriteFile(files.data() + "/file" + std::to_string(i), "");
  std::multiset<std::string> names;
  while (true) {
    const std::vector<std::string> lines = Lines(files.Out({"next_entry"}));
    if (lines.size() < 2) break;
    names.insert(lines[0]);
    WriteFile(files.data() + "/later" + std::to_string(names.size()), "");
    REQUIRE(names.size() < 100);
  }
  for (int i = 0; i < 20; ++i) CHECK(names.count("file" + std::to_string(i)) == 1);
}

TEST_CASE("a C library's work with files gives what it gives elsewhere") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  CHECK(files.Out({"exercise"}) == "0\n");
  CHECK(files.Out({"exercise"}) == "0\n");
}

TEST_CASE("no path leads out of the directory") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  REQUIRE(symlink("..", (files.data() + "/link").c_str()) == 0);
  REQUIRE(symlink((files.secret_dir() + "/secret").c_str(), (files.data() + "/absolute").c_str()) ==
          0);
  CHECK(files.Out({"escape"}) == "0\n");
}

TEST_CASE("a sleep lasts, the clock goes forward, random numbers differ") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  CHECK(files.Out({"sleep_ms", "5"}) == "1\n");
  std::set<std::string> numbers;
  for (int i = 0; i < 4; ++i) {
    CHECK(files.Out({"is_later"}) == "1\n");
    numbers.insert(files.Out({"random_number"}));
  }
  CHECK(numbers.size() > 2);
}

TEST_CASE("input is waited for and read") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  CHECK(files.Call({"wait_for_input", "-1"}, "x").out == "1\n");
  CHECK(files.Call({"input_byte"}, "x").out == "120\n");
}

TEST_CASE("a directory that is not there is a mistake on the command line") {
  if (!HasModule()) PERDURE_SKIP(kMissing);
  const Files files;
  files.program().Refused(2, {"--perdure-dir=/nowhere::/data", "is_later"},
                          {"--perdure-dir", "'/nowhere'", "No such file"});
  files.program().Refused(2, {"--perdure-dir=::/data", "is_later"}, {"HOST::GUEST"});
}

}  // namespace perdure::test
