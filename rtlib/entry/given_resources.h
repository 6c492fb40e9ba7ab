// What a process is given for its guest, beside words: directories and sockets.
#pragma once

#include <vector>

#include "perdure/status.h"
#include "perdure/wasi.h"
#include "rtlib/entry/options.h"

namespace perdure {

// kInvalidArgument names the directory that cannot be opened, and why.
Status CheckDirectories(const std::vector<WasiDirectory>& directories);

// Descriptors passed by the convention of systemd's socket activation: LISTEN_FDS of them, from 3
// on, if LISTEN_PID is this process. Empty if there are none.
std::vector<int> InheritedSockets(const Environment& environment);

}  // namespace perdure
