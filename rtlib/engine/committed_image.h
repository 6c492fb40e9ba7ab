// CommittedImage: the state as of the newest event in the store, kept in memory.
//
// It is what deltas are taken against and what a trapped event is rolled back to. Linear memories
// are kept in reservations of their own (one per memory, never moved, of the size the program's
// maximum allows): a page takes room only once the guest has written it, because untouched pages of
// both sides are the kernel's page of zeros. Of these memories only those chunks need be there that
// were written since the last event: pre_images.h says which are. Everything else is kept as the
// raw bytes of wasm2c's struct, so that "unchanged", which is nearly always the answer, is one
// memcmp; the portable form is made for what did change.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "perdure/status.h"
#include "rtlib/engine/guest.h"

namespace perdure {

// One PROT_NONE reservation whose accessible prefix grows and reads as zero.
class ShadowMemory {
 public:
  ShadowMemory() = default;
  ~ShadowMemory();
  ShadowMemory(ShadowMemory&& other) noexcept;
  ShadowMemory& operator=(ShadowMemory&&) = delete;

  Status Reserve(uint64_t bytes);
  // Makes [0, bytes) accessible; never shrinks.
  Status Grow(uint64_t bytes);
  // What is accessible from `bytes` on reads as zero again.
  void Discard(uint64_t bytes);
  uint8_t* data() const { return data_; }

 private:
  uint8_t* data_ = nullptr;
  uint64_t reserved_ = 0;
  uint64_t accessible_ = 0;
};

class CommittedImage {
 public:
  // An image with empty memories of no pages. `guest` must outlive it.
  static Result<std::unique_ptr<CommittedImage>> Create(const Guest& guest);

  uint8_t* memory(uint32_t index) { return memories_[index].data(); }
  uint64_t pages(uint32_t index) const { return pages_[index]; }

  // Room for a guest memory of `pages`; what the image stands for does not change.
  Status MakeRoom(uint32_t index, uint64_t pages);
  // The committed size; MakeRoom() for it came before. What a smaller one leaves out is gone.
  void SetPages(uint32_t index, uint64_t pages);
  // The memory reads as zero from now on, and takes no room.
  void Discard(uint32_t index) { memories_[index].Discard(0); }

  // Takes over the guest's present globals, tables, segments, host table and captured stack.
  void TakeSmallState(Guest* guest);
  // Gives them back to the guest.
  void RestoreSmallState(Guest* guest) const;

  bool GlobalDiffers(const Guest& guest, uint32_t index) const;
  bool TableDiffers(const Guest& guest, uint32_t index) const;
  bool SegmentDiffers(const Guest& guest, uint32_t index) const;
  const std::string& host_table() const { return host_table_; }
  const std::string& stack() const { return stack_; }
  // Raw elements of a table as committed.
  const std::string& table(uint32_t index) const { return tables_[index]; }

  void TakeGlobal(const Guest& guest, uint32_t index);
  void TakeTable(const Guest& guest, uint32_t index);
  void TakeSegment(const Guest& guest, uint32_t index);
  void TakeHostTable(const std::string& bytes) { host_table_ = bytes; }
  void TakeStack(const std::string& bytes) { stack_ = bytes; }

 private:
  explicit CommittedImage(const perdure_program& program);
  uint32_t GlobalBytes(uint32_t index) const { return global_at_[index + 1] - global_at_[index]; }

  const perdure_program& program_;
  std::vector<ShadowMemory> memories_;
  std::vector<uint64_t> pages_;
  std::vector<uint32_t> global_at_;  // in globals_; of a global that is not mutable, nothing
  std::string globals_;
  std::vector<std::string> tables_;
  std::vector<uint8_t> dropped_;
  std::string host_table_;
  std::string stack_;
};

}  // namespace perdure
