#include "tests/support/oracle.h"

#include <csignal>

#include <catch2/catch.hpp>

#include "tests/support/process.h"
#include "tests/support/temp_dir.h"

namespace perdure::test {
namespace {

Finished RunDriver(const std::string& driver, const std::string& state, const std::string& commands,
                   const std::string& track_mode, const std::vector<std::string>& arguments) {
  Command command = {.argv = {driver, state}, .input = commands};
  command.argv.insert(command.argv.end(), arguments.begin(), arguments.end());
  if (!track_mode.empty()) command.env["PERDURE_TRACK"] = track_mode;
  return Run(command);
}

// Runs commands and has the driver kill itself at their end.
std::string DriveAndKill(const std::string& driver, const std::string& state,
                         const std::string& commands, const std::string& track_mode,
                         const std::vector<std::string>& arguments) {
  Finished finished = RunDriver(driver, state, commands + "kill\n", track_mode, arguments);
  INFO(commands << finished.Text());
  REQUIRE(finished.signal == SIGKILL);
  REQUIRE(finished.err.empty());
  return finished.out;
}

}  // namespace

std::string Drive(const std::string& driver, const std::string& state, const std::string& commands,
                  const std::string& track_mode, const std::vector<std::string>& arguments) {
  Finished finished = RunDriver(driver, state, commands, track_mode, arguments);
  INFO(finished.Text());
  REQUIRE(finished.status == 0);
  REQUIRE(finished.err.empty());
  return finished.out;
}

std::vector<std::string> TrackModes(const std::string& driver) {
  std::vector<std::string> modes;
  for (const char* mode : {"wp-async", "wp-sync", "mprotect", "compare"}) {
    TempDir dir;
    Finished finished = RunDriver(driver, dir / "probe.db", "info\n", mode, {});
    if (finished.status == 0) {
      INFO(finished.Text());
      if (finished.out.starts_with("none ")) return {mode};  // no memory, nothing to track
      REQUIRE(finished.out.starts_with(std::string(mode) + " "));
      modes.push_back(mode);
    } else {
      WARN("not covered on this machine: " << mode << ": " << finished.err);
    }
  }
  REQUIRE(modes.size() >= 2);  // mprotect and compare need nothing of the kernel
  return modes;
}

void CheckOracle(const std::string& driver, const std::vector<std::string>& events,
                 const OracleOptions& options) {
  const std::vector<std::string> modes =
      options.track_modes.empty() ? TrackModes(driver) : options.track_modes;
  TempDir dir;
  std::string whole;
  for (const std::string& event : events) whole += event + "\ndump\n";
  const std::string reference =
      Drive(driver, dir / "whole.db", whole, "compare", options.driver_arguments);
  for (const std::string& mode : modes) {
    INFO("tracking by " << mode);
    CHECK(Drive(driver, dir / ("whole-" + mode + ".db"), whole, mode, options.driver_arguments) ==
          reference);
    const std::string state = dir / ("killed-" + mode + ".db");
    std::string pieces;
    for (const std::string& event : events) {
      INFO("event " << event);
      pieces += DriveAndKill(driver, state, event + "\ndump\n", mode, options.driver_arguments);
      REQUIRE(reference.substr(0, pieces.size()) == pieces);
    }
    REQUIRE(pieces == reference);
  }
}

void CheckRandomOracle(const std::string& driver, uint64_t seed, int count, int segment,
                       const std::string& track_mode) {
  INFO("seed " << seed << ", tracking by " << track_mode);
  auto commands = [&](int from, int to) {
    return "random " + std::to_string(seed) + " " + std::to_string(from) + " " +
           std::to_string(to) + "\n";
  };
  TempDir dir;
  const std::string reference = Drive(driver, dir / "whole.db", commands(0, count) + "dump\n");
  std::string pieces;
  for (int from = 0; from < count; from += segment) {
    pieces += DriveAndKill(driver, dir / "killed.db",
                           commands(from, std::min(count, from + segment)), track_mode, {});
    REQUIRE(reference.substr(0, pieces.size()) == pieces);
  }
  pieces += DriveAndKill(driver, dir / "killed.db", "dump\n", track_mode, {});
  REQUIRE(pieces == reference);
}

}  // namespace perdure::test
