// A store in memory, for tests: the contract of store.h, and every way in which a store can fail.
//
// A MemoryDisk is what would be the file: it outlives the stores opened on it and can be copied, so
// that a test can go back to any moment, or start a process on a copy of what a killed one left
// behind.
//
// Threads: confined to one thread.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>

#include "rtlib/engine/store.h"

namespace perdure {

// Rows, as committed.
struct MemoryRows {
  std::optional<StateHeader> header;
  std::map<uint64_t, std::string> chunks, past_chunks;
  std::map<uint64_t, std::string> sections, past_sections;
  std::map<uint32_t, GlobalMirror> globals;
  std::map<uint64_t, EventRecord> events;
};

struct MemoryDisk {
  MemoryRows rows;
  std::string mark;
  bool in_use = false;
  uint64_t bytes_written = 0;
  uint64_t commits = 0;

  // Counts every Begin, Commit, write and Maintain; the operation that makes it fail_at fails, and
  // so does every later one until the disk is opened again. 0: none fails.
  uint64_t operations = 0;
  uint64_t fail_at = 0;
  // A commit that fails may have become durable all the same.
  bool failed_commit_is_durable = false;
  // What is read of a delta at once.
  size_t piece_bytes = kDeltaPieceBytes;
  // Whether Maintain writes the sealed header each time, or only when closing.
  bool seals_always = false;
};

// The disk that OpenMemoryStore opens for a path; made empty when first asked for.
MemoryDisk& MemoryDiskAt(const std::string& path);

// kLocked if a store is open on the disk.
Result<std::unique_ptr<Store>> OpenMemoryStore(const StoreOptions& options);

}  // namespace perdure
