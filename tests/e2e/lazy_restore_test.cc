// A large state is read where the program touches it.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

constexpr int kChunks = 4096 * 16;  // of many_chunks.wat's memory

// A closed state with something in every chunk, all of it in the base.
void Fill(const ProgramOn& large) {
  std::string input;
  for (int i = 0; i < kChunks; i += kChunks / 64) {
    input += "fill " + std::to_string(i) + " " + std::to_string(i + kChunks / 64) + "\n";
  }
  Finished filled = large.Run({"--perdure-history=none", "-"}, input);
  INFO(filled.Text());
  REQUIRE(filled.status == 0);
}

// What `stats` says of `key`.
int64_t Stat(const std::string& stats, const std::string& key) {
  const size_t at = stats.find("\"" + key + "\":");
  REQUIRE(at != std::string::npos);
  return std::stoll(stats.substr(at + key.size() + 3));
}

bool RestoresLazily(const ProgramOn& large) {
  Finished looked = large.Run({"--perdure-stats", "--perdure-json", "sum", "0", "1"});
  INFO(looked.Text());
  REQUIRE(looked.status == 0);
  return Stat(looked.err, "restored_chunks") < kChunks;
}

int64_t PeakKiB(const Process& process) {
  std::ifstream status("/proc/" + std::to_string(process.pid()) + "/status");
  std::string word;
  int64_t kib = 0;
  while (status >> word && word != "VmHWM:") continue;
  status >> kib;
  return kib;
}

}  // namespace

TEST_CASE("a large state is read where it is touched, and goes on as if it had been read whole") {
  ProgramOn large(BuildProgram(Module("many_chunks.wat")));
  Fill(large);
  if (!RestoresLazily(large)) PERDURE_SKIP("no userfaultfd for missing pages here");
  Finished looked = large.Run({"--perdure-stats", "--perdure-json", "sum", "1000", "1010"});
  REQUIRE(looked.out == std::to_string(10 * 1000000 + 10 * 1000 + 45) + "\n");
  REQUIRE(Stat(looked.err, "restored_chunks") == 10);
  large.Expect({"set", "5", "7"}, "");
  large.Expect({"sum", "5", "6"}, "7\n");
  large.CallAndKill("sum 5 6");
  large.Expect({"set", "6", "8"}, "");
  const int64_t all = int64_t{kChunks} * 1000000 + int64_t{kChunks} * (kChunks - 1) / 2 -
                      (2 * 1000000 + 5 + 6) + 7 + 8;
  for (const char* mode : {"lazy", "whole"}) {
    Command line = large.Line({"sum", "0", std::to_string(kChunks)});
    line.env["PERDURE_RESTORE"] = mode;
    REQUIRE(Run(line).out == std::to_string(all) + "\n");
  }
}

TEST_CASE("what is not touched takes no memory, of the guest or of its committed image") {
  ProgramOn large(BuildProgram(Module("many_chunks.wat")));
  Fill(large);
  if (!RestoresLazily(large)) PERDURE_SKIP("no userfaultfd for missing pages here");
  Process process(large.Line({"-"}));
  REQUIRE(process.Write("sum 0 1\n"));
  REQUIRE(process.ReadLine() == "1000000");
  const int64_t before = PeakKiB(process);
  // A fortieth of 256 MiB, and a tenth of that written.
  constexpr int kTouched = kChunks / 40;
  REQUIRE(process.Write("sum 0 " + std::to_string(kTouched) + "\n"));
  REQUIRE(process.ReadLine());
  REQUIRE(process.Write("fill 0 " + std::to_string(kTouched / 10) + "\nset 1 1\nsum 1 2\n"));
  REQUIRE(process.ReadLine() == "1");
  const int64_t touched_kib = kTouched * 4;
  const int64_t more = PeakKiB(process) - before;
  INFO(before << " KiB at first, " << more << " KiB more for " << touched_kib << " KiB touched");
  REQUIRE(before < 40 * 1024);
  REQUIRE(more < 3 * touched_kib);
}

// The sum over all chunks as Fill() leaves them.
constexpr int64_t kFilledSum = int64_t{kChunks} * 1000000 + int64_t{kChunks} * (kChunks - 1) / 2;

TEST_CASE("in low memory what was let go is found again: committed, undone, after a kill") {
  ProgramOn large(BuildProgram(Module("many_chunks.wat")));
  Fill(large);
  const std::string filled = ReadFile(large.state());
  const std::string all = "sum 0 " + std::to_string(kChunks);
  for (const char* track : {"wp-sync", "mprotect"}) {
    for (const char* restore : {"lazy", "whole"}) {
      INFO(track << ", " << restore);
      WriteFile(large.state(), filled);
      std::filesystem::remove(large.wal());
      Command line = large.Line({"--perdure-memory=low", "-"});
      line.env["PERDURE_TRACK"] = track;
      line.env["PERDURE_RESTORE"] = restore;
      {
        Process process(line);
        if (process.Write("sum 0 1\n"); process.ReadLine() != "1000000") {
          WARN("SKIPPED: " << track << ", " << restore);
          continue;
        }
        int64_t expected = kFilledSum;
        for (int round = 1; round <= 3; ++round) {
          // More than is held between events, of it some that the event before held.
          const int from = round * 3000, to = from + 5000;
          process.Write("spoil " + std::to_string(from) + " " + std::to_string(to) + "\n");
          process.Write("fill 0 9000\n" + all + "\n");
          REQUIRE(process.ReadLine() == std::to_string(expected));
          process.Write("set " + std::to_string(from) + " 5\nspoil 0 200\n" + all + "\n");
          expected += 5 - (from + 1000000);
          REQUIRE(process.ReadLine() == std::to_string(expected));
          process.Write("fill " + std::to_string(from) + " " + std::to_string(to) + "\n");
          expected = kFilledSum;
          process.Write(all + "\nset 7 " + std::to_string(round) + "\nsum 7 8\n");
          REQUIRE(process.ReadLine() == std::to_string(expected));
          REQUIRE(process.ReadLine() == std::to_string(round));
          expected += round - 1000007;
          if (round < 3) process.Write("fill 7 8\n"), expected = kFilledSum;
        }
      }  // killed
      large.Expect({"sum", "0", std::to_string(kChunks)},
                   std::to_string(kFilledSum + 3 - 1000007) + "\n");
    }
  }
}

TEST_CASE("a damaged chunk that is met in the middle of an event is one line and no event") {
  if (!std::filesystem::exists("/usr/bin/sqlite3")) PERDURE_SKIP("no sqlite3 shell");
  ProgramOn large(BuildProgram(Module("many_chunks.wat")));
  Fill(large);
  if (!RestoresLazily(large)) PERDURE_SKIP("no userfaultfd for missing pages here");
  const std::string good = ReadFile(large.state());
  Finished damaged =
      Run({.argv = {"/usr/bin/sqlite3", large.state(),
                    "UPDATE base_chunk SET data = CAST(substr(data, 1, 10) || x'ff' || "
                    "substr(data, 12) AS BLOB) WHERE id = 3000"}});
  REQUIRE(damaged.status == 0);
  const std::vector<std::string> words = {large.state(), "base chunk 3000 of memory 0"};
  large.Expect({"sum", "2999", "3000"}, "1002999\n");
  large.Refused(125, {"sum", "2999", "3001"}, words);
  large.Refused(125, {"set", "3000", "1"}, words);
  // Chunks 2990 to 2999 were written by the event that never happened.
  Finished stopped = large.Run({"-"}, "set 1 5\nsum 1 2\nfill 2990 3010\nsum 1 2\n");
  INFO(stopped.Text());
  REQUIRE(stopped.out == "5\n");
  RequireRefusal(
      Finished{
          .status = stopped.status, .signal = 0, .timed_out = false, .out = "", .err = stopped.err},
      125, words);
  large.Expect({"sum", "1", "2"}, "5\n");
  large.Expect({"sum", "2998", "3000"}, "2005997\n");
  WriteFile(large.state(), good);
  std::filesystem::remove(large.wal());
  large.Expect({"sum", "2999", "3001"}, "2005999\n");
}

}  // namespace perdure::test
