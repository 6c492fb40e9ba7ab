// What a program's WASI imports (wasi_snapshot_preview1) see of the outside.
#pragma once

#include <string>
#include <vector>

namespace perdure {

struct WasiDirectory {
  std::string host_path;
  std::string guest_name;  // what the guest calls it
};

// Nothing reaches the guest unless it is listed here: not the process's own environment, and no
// directory. docs/reference/wasm-support.md has the functions supplied.
struct WasiOptions {
  std::vector<std::string> environment;    // "KEY=VALUE", without NUL bytes
  std::vector<WasiDirectory> directories;  // the guest's descriptors from 3 on, in this order
  std::vector<int> sockets;                // then these; they stay the caller's
  int stdin_fd = 0;  // what the guest's descriptor 0 reads; -1: always at its end
  // What is read from a terminal, pipe or socket is committed before the guest sees it.
  bool logs_input = false;
};

}  // namespace perdure
