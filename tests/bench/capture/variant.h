// A guest of `./dev bench capture`, built in one of the ways that are compared.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

namespace perdure::bench {

struct CaptureTools {
  std::string repository, perdure, libraries;  // libraries: the folder of libperdure_*.a
  std::string host;                            // the archive of host.cc
  std::string work;                            // where everything is built
};

struct Guest {
  std::string name;    // "Lua"
  std::string source;  // in guests/
  std::string flags;
  std::vector<std::string> lines;  // what is asked in each round: a name of a script, or nothing
};

struct Text {
  uint64_t hot = 0;  // what is neither of the others
  uint64_t all = 0;  // resume forms and what the compiler put aside as cold as well
};

struct Variant {
  std::string column;
  std::string program;  // empty: could not be built, `problem` says why
  std::string problem;
  Text text;
  double build_seconds = 0;  // CPU time from the module to the program
};

inline constexpr const char* kPlain = "without capture";
inline constexpr const char* kCapture = "capture";
inline constexpr const char* kPolls = "capture and polls";
inline constexpr const char* kAsyncify = "Asyncify";

// The guest as each of the above, the first to be compared with.
std::vector<Variant> BuildVariants(const Guest& guest, const CaptureTools& tools);

// Lua and SQLite, if their sources are in `sources`.
std::vector<Guest> CaptureGuests(const std::string& repository, const std::string& sources);

}  // namespace perdure::bench
