// Logged input: bytes of a pipe, socket or terminal that are in the state before the guest has them
// (WasiOptions::logs_input). logged_input.cc says how none of them is lost on the way.
#pragma once

#include "perdure/host.h"
#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/stream.h"

namespace perdure::wasi {

// Whether the guest's next bytes come from the record. What was logged is given out though this
// process does not log.
bool LogsInput(const HostTable& table);

// ReadStream() of standard input, by way of the record.
Errno ReadLogged(perdure_host* host, const Descriptor& input, IovecArray iovs, uint64_t* count);

}  // namespace perdure::wasi
