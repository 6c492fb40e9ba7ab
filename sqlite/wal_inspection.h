// Looks at a write-ahead log before SQLite does, to tell a torn end from a damaged middle.
#pragma once

#include <cstdint>
#include <string>

#include "perdure/status.h"

namespace perdure {

enum class WalDamage : uint8_t {
  kNone,    // absent, whole, or ending in what one interrupted transaction leaves
  kHeader,  // the log's header is bad, but frames follow it
  kMiddle,  // frames of a later transaction follow a bad one
};

struct WalFinding {
  bool closed = false;  // it was left by a process that ended in order, and holds nothing
  WalDamage damage = WalDamage::kNone;
  uint64_t offset = 0;       // of the first bad header or frame
  uint64_t valid_bytes = 0;  // up to the end of the last transaction that SQLite will recover
  uint32_t valid_frames = 0;
};

// Reads the log at `path`, which nobody may write meanwhile. Fails only if it cannot be read (kIo).
Result<WalFinding> InspectWal(const std::string& path);

// Whether the log at `path` holds nothing and begins with the mark that says so; it need
// not be right to the last byte.
bool LogIsClosed(const std::string& path);

}  // namespace perdure
