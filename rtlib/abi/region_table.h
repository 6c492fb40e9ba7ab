// RegionTable: which address ranges mean something to the fault handler.
//
// A few hundred disjoint ranges with two words each, searched from a signal handler and changed now
// and then by ordinary code on any thread. The handler may neither lock nor allocate, so slots live
// in a fixed array and each is a seqlock:
//
//   writer (holds mutex):  version odd -> fields -> version even
//   reader:                version even? -> fields -> version unchanged? else: an empty slot
//
// Invariants
//  (1) A reader never acts on a mixture of two ranges.
//  (2) A range is found from the moment Insert() returns until Erase() is called. A reader that
//      meets a slot in the middle of a change may skip it: the fault it is looking for cannot lie
//      in a range that is being inserted or erased, because nobody uses such a range yet or still.
//  (3) `words` of a present range may be changed in place by whoever owns the range.
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <span>

namespace perdure::abi {

class RegionTable {
 public:
  struct Region {
    uintptr_t begin = 0;
    uintptr_t end = 0;
    uintptr_t words[2] = {};
  };
  struct Slot {
    std::atomic<uint32_t> version{0};
    std::atomic<uintptr_t> begin{0};
    std::atomic<uintptr_t> end{0};  // 0: free
    std::atomic<uintptr_t> words[2] = {};
  };

  // `slots` must be static storage, zero-initialised.
  explicit constexpr RegionTable(std::span<Slot> slots) : slots_(slots) {}

  // False if the table is full. The range must not overlap another one.
  bool Insert(const Region& region);
  // No-op if there is no such range.
  void Erase(uintptr_t begin);

  // The range that contains `address`. Async-signal-safe.
  bool Find(uintptr_t address, Region* region) const;
  // The range's words, to be changed in place (3); nullptr if no range begins there.
  // Async-signal-safe.
  std::atomic<uintptr_t>* Words(uintptr_t begin) const;

 private:
  Slot* FindSlot(uintptr_t begin) const;

  std::span<Slot> slots_;
  std::atomic<size_t> used_{0};  // slots at and above this index were never used
  std::mutex mutex_;             // serialises writers
};

}  // namespace perdure::abi
