// A HostRecord as bytes (host_table_format.h), and back.
//
// Threads: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "perdure/status.h"
#include "rtlib/wasi/host_record.h"

namespace perdure::wasi {

// One record has one encoding.
std::string EncodeHostRecord(const HostRecord& record);

// Total: whatever the bytes are, a record that keeps every limit, or kCorrupt (kIncompatible for
// another version) that says which part is wrong.
Result<HostRecord> DecodeHostRecord(std::string_view bytes);

}  // namespace perdure::wasi
