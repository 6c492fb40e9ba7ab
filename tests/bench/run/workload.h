// What `./dev bench run` runs.
#pragma once

#include <string>
#include <vector>

namespace perdure::bench {

struct Workload {
  std::string name;     // of the row: "gemm, SIMD guest"
  std::string group;    // of the row's geometric mean
  std::string source;   // relative to kernels/, or absolute
  std::string include;  // a folder for #include, or empty
  std::string guest_flags;
  std::string both_flags;
  bool is_command_too = false;  // measured as a command as well, whose calls are captured

  bool IsCpp() const { return source.ends_with(".cc"); }
  bool IsGo() const { return source == "go"; }  // a folder with a program of its own
};

inline constexpr const char* kInteger = "integer and pointer";
inline constexpr const char* kFloat = "float loops, scalar guest";
inline constexpr const char* kGo = "Go";
inline constexpr const char* kSimd = "float loops, SIMD guest";

// Our own kernels, then Lua and SQLite if their sources are in `sources` (see dev: fetched on
// demand, never part of the repository).
std::vector<Workload> Workloads(const std::string& sources);

}  // namespace perdure::bench
