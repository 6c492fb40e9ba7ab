#include "tests/bench/run/workload.h"

#include <unistd.h>

namespace perdure::bench {
namespace {

Workload Kernel(const char* name, const char* group, const char* file) {
  return {name, group, file, "", "", ""};
}

}  // namespace

std::vector<Workload> Workloads(const std::string& sources) {
  std::vector<Workload> all = {
      Kernel("fib", kInteger, "fib.c"),
      Kernel("sha256", kInteger, "sha256.c"),
      Kernel("quicksort", kInteger, "quicksort.c"),
      Kernel("hash map", kInteger, "hash_map.c"),
      Kernel("pointer chase", kInteger, "pointer_chase.c"),
      Kernel("strings", kInteger, "strings.c"),
      Kernel("virtual calls", kInteger, "virtual_calls.c"),
      Kernel("tree", kInteger, "tree.c"),
      Kernel("coremark-like", kInteger, "coremark_like.c"),
      Kernel("C++ containers", kInteger, "containers.cc"),
      Kernel("mandelbrot", kFloat, "mandelbrot.c"),
      Kernel("floyd-warshall", kFloat, "floyd_warshall.c"),
      Kernel("gemm", kFloat, "gemm.c"),
      Kernel("jacobi2d", kFloat, "jacobi2d.c"),
      Kernel("cholesky", kFloat, "cholesky.c"),
  };
  for (const char* file : {"floyd_warshall.c", "gemm.c", "jacobi2d.c"}) {
    Workload simd = Kernel("", kSimd, file);
    simd.name = std::string(file, std::string(file).find('.')) + ", SIMD";
    simd.guest_flags = "-msimd128";
    all.push_back(simd);
  }
  all.push_back(Kernel("Go", kGo, "go"));
  if (access((sources + "/lua/lua.h").c_str(), R_OK) == 0) {
    for (const char* script : {"fib", "nbody", "strings"}) {
      all.push_back({std::string("Lua: ") + script, "Lua", "lua.c", sources + "/lua", "",
                     std::string("-DSCRIPT_") + script, true});
    }
  }
  if (access((sources + "/sqlite/sqlite3.c").c_str(), R_OK) == 0) {
    all.push_back({"SQLite in memory", "SQLite", "sqlite.c", sources + "/sqlite", "", "", true});
  }
  return all;
}

}  // namespace perdure::bench
