// One flipped bit anywhere in a state: the right answer, or exit status 125 and one line. Never a
// crash, a hang, or another answer.
#include <catch2/catch.hpp>
#include <filesystem>
#include <random>

#include "tests/support/build.h"
#include "tests/support/program.h"

namespace perdure::test {
namespace {

namespace fs = std::filesystem;

constexpr uint32_t kSeed = 20260101;

struct Files {
  std::string main, wal;
};

// Positions to flip in a file of `size` bytes: all of them in the long form, else the densest parts
// (the first page of the file, and where each of its pages begins) and a sample of the rest.
std::vector<size_t> Positions(size_t size, size_t dense, size_t sample) {
  std::vector<size_t> positions;
  if (LongForm()) {
    for (size_t at = 0; at < size; ++at) positions.push_back(at);
    return positions;
  }
  for (size_t at = 0; at < std::min(dense, size); ++at) positions.push_back(at);
  constexpr size_t kPage = 4096, kPageHeader = 8;
  for (size_t page = kPage; page < size; page += kPage) {
    for (size_t at = page; at < std::min(page + kPageHeader, size); ++at) positions.push_back(at);
  }
  std::mt19937 random(kSeed);
  for (size_t i = 0; i < sample; ++i) positions.push_back(random() % size);
  return positions;
}

uint32_t Big32(const std::string& bytes, size_t at) {
  uint32_t value = 0;
  for (size_t i = at; i < at + 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[i]);
  return value;
}

// Where the last transaction of a write-ahead log begins (SQLite's file format, section 4): behind
// the last but one frame that has a commit mark and the salts of the header.
size_t LastTransactionBegin(const std::string& wal) {
  constexpr size_t kHeader = 32, kFrame = 24 + 4096;
  size_t last = kHeader, before = kHeader;
  for (size_t at = kHeader; at + kFrame <= wal.size(); at += kFrame) {
    if (wal.compare(at + 8, 8, wal, 16, 8) != 0) break;
    if (Big32(wal, at + 4) == 0) continue;
    before = last;
    last = at + kFrame;
  }
  return before;
}

// Restores `files` with one bit of one of them flipped, runs the program, judges. `accepted` are
// the answers that count as right.
void Judge(const ProgramOn& counter, const Files& files, bool in_wal, size_t at,
           const std::vector<std::string>& accepted) {
  Files flipped = files;
  std::string& target = in_wal ? flipped.wal : flipped.main;
  target[at] = static_cast<char>(target[at] ^ (1 << (at % 8)));
  WriteFile(counter.state(), flipped.main);
  fs::remove(counter.state() + "-shm");
  fs::remove(counter.wal());
  if (!files.wal.empty()) WriteFile(counter.wal(), flipped.wal);

  Finished finished = counter.Run({"-"}, "get\ncalls\n");
  const bool right = std::find(accepted.begin(), accepted.end(), finished.out) != accepted.end();
  const bool silent = finished.status == 0 && finished.err.empty();
  // A program that has answered may still fail to close: it says so, and the answer stands.
  const bool refused = finished.status == 125 && Lines(finished.err).size() == 1;
  INFO((in_wal ? "log" : "file") << " byte " << at << ": " << finished.Text());
  CHECK(((right && silent) || (refused && (right || finished.out.empty()))));
  if (at % 16 != 0) return;
  Finished info = counter.Run({"--perdure-info"});
  INFO(info.Text());
  REQUIRE((info.status == 0 || (info.status == 125 && Lines(info.err).size() == 1)));
}

// A state with everything in it: a base with chunks, and events after it. The count is 150.
void Prepare(const ProgramOn& counter) {
  std::string input;
  for (int i = 0; i < 147; ++i) input += "increment\n";
  REQUIRE(counter.Run({"--perdure-history=none", "-"}, input).status == 0);
  REQUIRE(counter.Run({"-"}, "increment\nincrement\nincrement\n").out == "148\n149\n150\n");
  Finished info = counter.Run({"--perdure-info", "--perdure-json"});
  INFO(info.Text());
  REQUIRE(info.out.find("\"base_event\": 0,") == std::string::npos);
}

}  // namespace

TEST_CASE("a flipped bit of a clean state file is harmless or reported") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  Prepare(counter);
  counter.Expect({"get"}, "150\n");
  const Files files = {ReadFile(counter.state()), ReadFile(counter.wal())};
  for (size_t at : Positions(files.main.size(), 200, 1500))
    Judge(counter, files, false, at, {"150\n150\n"});
  // The log that was left holds nothing: whatever becomes of it, there is nothing to report.
  for (size_t at : Positions(files.wal.size(), 64, 100)) {
    Judge(counter, files, true, at, {"150\n150\n"});
    counter.Expect({"get"}, "150\n");
  }
}

TEST_CASE("a flipped bit of the file under a write-ahead log is harmless or reported") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  Prepare(counter);
  counter.CallAndKill("increment");
  const Files files = {ReadFile(counter.state()), ReadFile(counter.wal())};
  REQUIRE_FALSE(files.wal.empty());
  for (size_t at : Positions(files.main.size(), 100, 400))
    Judge(counter, files, false, at, {"151\n151\n"});
}

TEST_CASE("a flipped bit of the write-ahead log loses no event but perhaps the very last") {
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  Prepare(counter);
  {
    Process process(counter.Line({"-"}));
    for (int i = 151; i <= 153; ++i) {
      REQUIRE(process.Write("increment\n"));
      REQUIRE(process.ReadLine() == std::to_string(i));
    }
  }  // killed
  const Files files = {ReadFile(counter.state()), ReadFile(counter.wal())};
  REQUIRE_FALSE(files.wal.empty());
  // A flip in the last transaction looks like a transaction that a power cut tore: what was never
  // acknowledged must not make the state unreadable, so the state before it is a right answer too.
  const size_t last = LastTransactionBegin(files.wal);
  REQUIRE(last > 4096);
  for (size_t at : Positions(files.wal.size(), 64, 800)) {
    std::vector<std::string> accepted = {"153\n153\n"};
    if (at >= last) accepted.push_back("152\n152\n");
    Judge(counter, files, true, at, accepted);
  }
}

}  // namespace perdure::test
