// How much memory a program needs besides its guest's own: one image of what the guest has used,
// and not of what it could use, or, in low memory, none.
#include <catch2/catch.hpp>
#include <cstdlib>
#include <fstream>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

constexpr int kChunks = 25600;  // 100 MiB
constexpr int kChunksAnEvent = 256;

// What the program may need for them.
struct Allowance {
  const char* memory;
  uint64_t most_kib;
};
constexpr Allowance kAllowances[] = {{"normal", 300 * 1024}, {"low", 160 * 1024}};

// The number behind `name` in a file of /proc, in KiB; 0 if it is not there.
uint64_t Kibibytes(const std::string& file, const std::string& name) {
  std::ifstream in(file);
  for (std::string line; std::getline(in, line);) {
    if (line.starts_with(name + ":"))
      return std::strtoull(line.c_str() + name.size() + 1, nullptr, 10);
  }
  return 0;
}

// The most that the process has had in memory so far.
uint64_t PeakKib(const Process& process) {
  return Kibibytes("/proc/" + std::to_string(process.pid()) + "/status", "VmHWM");
}

bool HasSanitizer() {
#if defined(__SANITIZE_ADDRESS__)
  return true;
#else
  return false;
#endif
}

// Fills what is used, a part at a time, with content that is new each time.
void Fill(Process* process) {
  for (int chunk = 0; chunk < kChunks; chunk += kChunksAnEvent) {
    process->Write("fill " + std::to_string(chunk) + " " + std::to_string(kChunksAnEvent) + "\n");
  }
}

void RequireFilled(Process* process) {
  process->Write("count_filled " + std::to_string(kChunks) + "\n");
  REQUIRE(process->ReadLine(std::chrono::minutes(2)) == std::to_string(kChunks));
}

void RequireEnd(Process* process) {
  process->CloseInput();
  REQUIRE(process->Wait().status == 0);
}

}  // namespace

TEST_CASE("a state of 4 GiB of which 100 MiB are used needs two times that of memory, or once") {
  if (HasSanitizer()) PERDURE_SKIP("AddressSanitizer's shadow is memory as well");
  const uint64_t available = Kibibytes("/proc/meminfo", "MemAvailable");
  if (available < 2048 * 1024)
    PERDURE_SKIP("only " + std::to_string(available) + " KiB of memory available");
  for (const auto& [memory, most_kib] : kAllowances) {
    INFO(memory);
    const ProgramOn large(BuildProgram(Module("large.wat")));
    const Command line =
        large.Line({"--perdure-durability=off", "--perdure-memory=" + std::string(memory), "-"});
    {
      Process process(line);
      process.Write("grow_to 65536\n");
      REQUIRE(process.ReadLine() == "65536");
      Fill(&process);
      RequireFilled(&process);
      CHECK(PeakKib(process) > 100 * 1024);
      CHECK(PeakKib(process) < most_kib);
      RequireEnd(&process);
    }
    // Another process, which restores all of it, and changes all of it.
    Process process(line);
    RequireFilled(&process);
    CHECK(PeakKib(process) > 100 * 1024);
    Fill(&process);
    RequireFilled(&process);
    CHECK(PeakKib(process) < most_kib);
    RequireEnd(&process);
  }
}

}  // namespace perdure::test
