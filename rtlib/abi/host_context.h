// perdure_host: the context every import receives. One per instance; the engine owns it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "perdure/host.h"
#include "perdure/program.h"

// Bytes for the outside, queued during an event; released by the engine after its commit, dropped
// by a trap. state/effects.h encodes them for the log.
struct perdure_effect {
  int fd = 1;
  std::string bytes;
};

namespace perdure {
struct WasiOptions;
namespace wasi {
class HostTable;
}
namespace abi {
struct RunControl;
}
}  // namespace perdure

struct perdure_host {
  const perdure_program* program = nullptr;
  void* instance = nullptr;                    // wasm2c's struct
  void* host_data = nullptr;                   // Options::host_data
  const perdure::WasiOptions* wasi = nullptr;  // Options::wasi; NULL: nothing in the environment
  perdure::abi::RunControl* run = nullptr;     // NULL: no run, nothing can be captured
  std::vector<perdure_effect> effects;
  size_t queued_bytes = 0;  // in effects
  // The host's own persistent state, as bytes; commits and rolls back with the event.
  std::string table;
  // What `table` encodes, live in this process; the guest's owner keeps it. NULL: the program
  // imports nothing of WASI, and `table` is opaque.
  perdure::wasi::HostTable* live_table = nullptr;
};

namespace perdure::abi {

// Of a linked program: the module that called the host function that runs now. nullptr if host
// functions see the program's memories as they are.
const perdure_module* CallingModule(const perdure_host& host);

}  // namespace perdure::abi
