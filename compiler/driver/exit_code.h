// Exit statuses of the compiler (docs/reference/exit-codes.md).
#pragma once

namespace perdure {

enum class ExitCode : int {
  kOk = 0,
  kInput = 1,          // errors in the input, or an output that cannot be written
  kUsage = 2,          // the command line
  kToolchain = 3,      // wasm2c, the C compiler or the linker failed, or is missing or too old
  kInternal = 70,      // a bug of ours
  kHangup = 129,       // SIGHUP
  kInterrupted = 130,  // SIGINT
  kTerminated = 143,   // SIGTERM
};

}  // namespace perdure
