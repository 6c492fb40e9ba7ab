// A full disk: exit status 125 with the path, nothing acknowledged is lost, and all is well when
// there is room again.
#include <catch2/catch.hpp>
#include <csignal>
#include <filesystem>
#include <fstream>

#include "tests/support/build.h"
#include "tests/support/program.h"
#include "tests/support/skip.h"

namespace perdure::test {
namespace {

constexpr uint64_t kDiskBytes = 1 << 20;

// Fills the disk but for about `leave` bytes.
void Ballast(const std::string& path, uint64_t leave) {
  std::ofstream file(path, std::ios::binary);
  uint64_t free = std::filesystem::space(std::filesystem::path(path).parent_path()).available;
  std::string block(4096, 'b');
  for (; free > leave + 4096; free -= 4096) file.write(block.data(), 4096);
}

}  // namespace

TEST_CASE("a state on a full disk stops with a message and keeps every acknowledged event") {
  SmallDisk disk(kDiskBytes);
  if (!disk.ok()) PERDURE_SKIP("mounting a tmpfs needs root");
  std::string program = BuildProgram(Module("scatter.wat"));
  for (uint64_t leave : {0, 20000, 60000, 150000, 400000, 550000}) {
    // All kept, or everything folded all the time.
    const std::string history = leave % 3 == 0 ? "all" : "none";
    INFO("free before the run: " << leave << ", history " << history);
    const std::string state = disk / ("state-" + std::to_string(leave) + ".db");
    ProgramOn scatter(program, state);
    REQUIRE(scatter.Run({"step"}).out == "1\n");
    Ballast(disk / "ballast", leave);
    std::string input;
    for (int i = 0; i < 3000; ++i) input += "step\n";
    Finished full = scatter.Run({"--perdure-history=" + history, "-"}, input);
    INFO(full.err);
    REQUIRE(full.status == 125);
    REQUIRE(Lines(full.err).size() == 1);
    RequireContains(full.err, state);
    const int64_t acknowledged = full.out.empty() ? 1 : std::stoll(Lines(full.out).back());

    Finished still_full = scatter.Run({"check"});
    INFO(still_full.Text());
    REQUIRE(((still_full.status == 0 && std::stoll(still_full.out) >= acknowledged) ||
             (still_full.status == 125 && Lines(still_full.err).size() == 1)));

    std::filesystem::remove(disk / "ballast");
    Finished after = scatter.Run({"check"});
    INFO(after.Text());
    REQUIRE(after.status == 0);
    REQUIRE(std::stoll(after.out) >= acknowledged);
    REQUIRE(std::stoll(after.out) <= acknowledged + 1);
    std::filesystem::remove(state);
    std::filesystem::remove(state + "-wal");
  }
}

TEST_CASE("a state that cannot be created for lack of room leaves nothing in the way") {
  SmallDisk disk(kDiskBytes);
  if (!disk.ok()) PERDURE_SKIP("mounting a tmpfs needs root");
  ProgramOn counter(BuildProgram(Module("counter.wat")), disk / "state.db");
  for (uint64_t leave : {0, 4096, 12000, 30000}) {
    INFO("free: " << leave);
    Ballast(disk / "ballast", leave);
    Finished full = counter.Run({"increment"});
    INFO(full.Text());
    REQUIRE(full.status == 125);
    REQUIRE(full.out.empty());
    REQUIRE(Lines(full.err).size() == 1);
    RequireContains(full.err, disk / "state.db");
    std::filesystem::remove(disk / "ballast");
    counter.Expect({"get"}, "0\n");
    std::filesystem::remove(disk / "state.db");
    std::filesystem::remove(disk / "state.db-wal");
  }
}

TEST_CASE("a full disk reported as a file size limit loses nothing either") {
  ProgramOn scatter(BuildProgram(Module("scatter.wat")));
  REQUIRE(scatter.Run({"step"}).out == "1\n");
  Command line = scatter.Line({"--perdure-history=all", "-"});
  for (int i = 0; i < 2000; ++i) line.input += "step\n";
  line.file_bytes_max = 600000;
  Finished limited = Run(line);
  CAPTURE(limited.err, limited.status, limited.signal);
  REQUIRE((limited.status == 125 || limited.signal == SIGXFSZ));
  const int64_t acknowledged = limited.out.empty() ? 1 : std::stoll(Lines(limited.out).back());
  Finished after = scatter.Run({"check"});
  INFO(after.Text());
  REQUIRE(after.status == 0);
  REQUIRE(std::stoll(after.out) >= acknowledged);
}

TEST_CASE("a memory limit is a clear message and no crash") {
#ifdef __SANITIZE_ADDRESS__
  PERDURE_SKIP("AddressSanitizer reserves more than the limit for itself");
#endif
  ProgramOn counter(BuildProgram(Module("counter.wat")));
  counter.Expect({"set", "3"}, "");
  Command line = counter.Line({"get"});
  line.address_bytes_max = uint64_t{256} << 20;  // too little for the reservation of a memory
  RequireRefusal(Run(line), 125, {"memory"});
  counter.Expect({"get"}, "3\n");
}

}  // namespace perdure::test
