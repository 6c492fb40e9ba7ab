// MissingPages: the part of a memory whose chunks come into being when they are first touched.
//
// The range is registered with userfaultfd for missing pages. The first touch of one raises SIGBUS
// on the touching thread itself (UFFD_FEATURE_SIGBUS), like any other fault of guest memory; the
// handler asks the loader for the 4096 bytes and puts them in place with UFFDIO_COPY:
//
//   MISSING --touched: the loader gives the bytes--> PRESENT, not written
//      |
//      '----the loader fails--> the event is abandoned, and whoever runs the guest is told
//
// The thread that faulted is the one that loads, so nothing is waited for and nothing runs beside
// it. The loader may allocate and take locks, which a signal handler otherwise may not: the signal
// is raised by one of the instructions that touch guest memory (generated code, the touches of
// perdure_view()), never inside the C library. System calls do not raise it, they fail with EFAULT:
// perdure_view() touches what it gives.
//
// One range can be registered with one userfaultfd only. Trackers that have their own register it
// for both and lend it; for the others this class opens one.
//
// Invariants
//  (1) A chunk is marked present if and only if it was loaded: by its bit, not by the kernel.
//  (2) A loaded chunk is not reported as written because of that: it arrives write-protected if
//      the tracker's protection is that of userfaultfd.
//  (3) Nobody but the trackers and this class looks at chunks that are not present.
//
// Rejected: a thread that answers faults (7.3 us instead of 5.6 for each page, and every program
// multi-threaded); PROT_NONE and SIGSEGV (8 to 45 us, a mapping for each run of pages, and a page
// is seen half filled by other threads).
//
// Threads: confined to the thread of the memory's instance.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "perdure/status.h"
#include "rtlib/abi/fault.h"
#include "rtlib/track/page_bitmap.h"
#include "rtlib/track/tracker.h"
#include "rtlib/track/userfault.h"

namespace perdure {

class MissingPages {
 public:
  // Gives a chunk's kChunkBytes. False: it cannot, and remembers why.
  using Loader = bool (*)(void* context, uint64_t chunk, uint8_t* bytes);

  // The first `bytes` of the reservation at `base`, of which nothing is present. Loads begin once
  // it is registered: by a tracker created for the memory and this object, or by RegisterAlone().
  static Result<std::unique_ptr<MissingPages>> Create(uint8_t* base, uint64_t bytes, Loader loader,
                                                      void* context);
  // Touches of what is missing are the end of the process from now on, or find zeros.
  ~MissingPages();
  MissingPages(const MissingPages&) = delete;
  MissingPages& operator=(const MissingPages&) = delete;

  Status RegisterAlone();
  // For trackers: `fd` is the userfaultfd that the range is registered with, -1: none any more.
  void Lend(int fd, bool write_protects) { fd_ = fd, write_protects_ = write_protects; }

  uint64_t bytes() const { return bytes_; }
  // Whether what is loaded arrives protected against writing.
  bool write_protects() const { return write_protects_; }
  bool IsPresent(uint64_t chunk) const {
    return chunk >= bytes_ / kChunkBytes || present_.Has(chunk);
  }
  // Makes the chunk present, if it is not. False: the loader failed.
  bool Load(uint64_t chunk);

  // The parts of [0, size_bytes) in which something may be present, in bytes: what is present in
  // page tables that have little, the whole of others. Ascending.
  const std::vector<ChunkRange>& Touched(uint64_t size_bytes);
  // Leaves only what is present.
  void KeepPresent(std::vector<ChunkRange>* chunks) const;

  uint64_t loaded() const { return loaded_; }

 private:
  static constexpr uint64_t kBlockChunks = 512;  // what one page table holds
  // Up to here looking at each chunk costs less than looking at a whole block.
  static constexpr uint32_t kSparseChunks = 16;

  struct Block {
    uint64_t number;
    uint32_t loaded;
  };

  MissingPages(uint8_t* base, uint64_t bytes, Loader loader, void* context)
      : base_(base), bytes_(bytes), loader_(loader), context_(context) {}

  void AddTouched(uint64_t begin, uint64_t end);
  static abi::LoadResult OnFault(void* missing, uintptr_t address);

  uint8_t* const base_;
  const uint64_t bytes_;
  const Loader loader_;
  void* const context_;
  int fd_ = -1;
  bool write_protects_ = false;
  std::optional<Userfault> own_;
  PageBitmap present_;
  uint64_t loaded_ = 0;
  std::vector<Block> blocks_;  // with something present, ascending
  std::vector<ChunkRange> touched_;
  bool hooked_ = false;
};

// Whether this works here: tried once in the process. kFailedPrecondition says what does not.
Status MissingPagesVerdict();

}  // namespace perdure
