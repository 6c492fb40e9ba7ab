// What a program's WASI imports (wasi_snapshot_preview1) see of the outside.
#pragma once

#include <string>
#include <vector>

namespace perdure {

// Nothing reaches the guest unless it is listed here: not the process's own environment, and no
// directory. See docs/reference/runtime-options.md for the functions supplied.
struct WasiOptions {
  std::vector<std::string> environment;  // "KEY=VALUE", without NUL bytes
  int stdin_fd = 0;  // what the guest's descriptor 0 reads; -1: always at its end
};

}  // namespace perdure
