// Applying a delta (delta_writer.h has its layout).
//
// The reader is total: whatever the blob holds, it applies changes that the program could have made
// to a state of this shape, or reports kCorrupt. It never asks for more memory than the blob's own
// length can account for, nor for sizes beyond the program's declared limits.
//
// Threads: confined to one thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
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

// A delta that is applied step by step, to *small and *memory, which outlive this. On error both
// are partly changed and must be thrown away.
class DeltaApplication {
 public:
  DeltaApplication(const perdure_program& program, SmallState* small, MemorySink* memory);
  ~DeltaApplication();

  // What goes on with the delta. It is read where it is until Step() returns false.
  void Feed(std::string_view bytes);
  // Applies more of what was fed: of memory about as much as takes *budget, which becomes what is
  // left of it; another frame is not begun. The unit is a byte, and a run of words costs kRunCost
  // more. False: what is left to apply is not a whole frame.
  Result<bool> Step(uint64_t* budget);
  // kCorrupt if what was fed ends within a frame.
  Status Finish() const;

  static constexpr uint64_t kRunCost = 1024;

 private:
  class Applier;

  Result<bool> BeginFrame();

  const std::unique_ptr<Applier> applier_;
  bool in_frame_ = false;
  std::unique_ptr<char[]> payload_;  // of the present frame, if it was compressed
  std::string_view rest_;            // of what was fed, behind the present frame
  std::string joined_;               // where it is, if it began within a frame
};

// All of that at once: changes *small and *memory by `delta` (empty: by nothing).
Status ApplyDelta(std::string_view delta, const perdure_program& program, SmallState* small,
                  MemorySink* memory);

}  // namespace perdure
