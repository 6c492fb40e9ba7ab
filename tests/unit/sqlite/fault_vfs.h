// A VFS below the store's own that fails, or cuts the power, at a chosen operation.
//
// It becomes SQLite's default while it is armed, so that the store, which wraps the default, runs
// unchanged.
//
// Cutting the power: every file has a durable image, its bytes at its last sync. At the chosen
// operation each 512-byte sector of each file becomes, by lot, what it is now or what it durably
// was, and so does the file's size; then the process ends. Creating and removing files counts as
// durable at once.
#pragma once

#include <cstdint>

namespace perdure::test {

struct Fault {
  enum Kind : uint8_t { kFail, kFailHalfWritten, kCutPower } kind = kFail;
  // Counting from 1, over writes, syncs, truncations and removals; or over reads.
  int64_t at = 0;
  bool reads = false;
  bool lasting = false;  // every later operation fails as well
  int error = 0;         // result code for kFail
  uint32_t seed = 0;     // of kCutPower
};

inline constexpr int kPowerCutStatus = 77;  // exit status of the process

class FaultVfs {
 public:
  explicit FaultVfs(const Fault& fault);  // arms
  ~FaultVfs();                            // disarms
  FaultVfs(const FaultVfs&) = delete;
  FaultVfs& operator=(const FaultVfs&) = delete;

  bool fired() const;
  int64_t syncs() const;  // so far
};

}  // namespace perdure::test
