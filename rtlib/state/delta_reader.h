// Applying a delta (delta_writer.h has its layout).
//
// The reader is total: whatever the blob holds, it applies changes that the program could have made
// to a state of this shape, or reports kCorrupt. It never asks for more memory than the blob's own
// length can account for, nor for sizes beyond the program's declared limits.
//
// Threads: confined to one thread.
#pragma once

#include <cstdint>
#include <string_view>

#include "perdure/program.h"
#include "perdure/status.h"
#include "rtlib/state/small_state.h"

namespace perdure {

// Where the memory contents of the state being changed are: an instance, or base chunks in a store.
class MemorySink {
 public:
  virtual ~MemorySink() = default;

  // The memory has now `pages` instead of `before`: new ones read as zero, and what was above is
  // gone.
  virtual Status Resize(uint32_t memory, uint64_t before, uint64_t pages) = 0;
  // REQUIRES of the caller: the range lies inside the memory.
  virtual Status Write(uint32_t memory, uint64_t offset, std::string_view bytes) = 0;
};

// Changes *small and *memory by `delta` (empty: by nothing). On error both are partly changed and
// must be thrown away.
Status ApplyDelta(std::string_view delta, const perdure_program& program, SmallState* small,
                  MemorySink* memory);

}  // namespace perdure
