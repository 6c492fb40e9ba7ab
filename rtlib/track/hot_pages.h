// HotPages: the few pages that nearly every event writes to, which are not worth protecting.
//
// A program that handles events writes to its stack, its allocator and its counters each time.
// Where a write to a protected page is a signal, such a page costs 6 us or more an event; left
// writable and taken for written, it costs the comparison of 4 KiB, a tenth of that.
//
//               written again within kRecentEvents
//   PROTECTED ------------------------------------> OPEN
//       ^------- not written for kIdleEvents --------'
//
// Invariants
//  (1) At most kOpenMax pages are open, so what is compared in vain is bounded.
//  (2) A page that is opened wrongly costs kIdleEvents comparisons, about what a write to a
//      protected page costs: what is lost by guessing is at most what guessing right saves.
//
// Threads: confined to one thread; not for fault handlers.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace perdure {

class HotPages {
 public:
  static constexpr size_t kOpenMax = 32;
  static constexpr uint64_t kRecentEvents = 16;
  static constexpr uint64_t kIdleEvents = 16;
  // An event that writes more pages than this is no small one: nothing is learned from it.
  static constexpr size_t kWrittenMax = 64;

  // The present event wrote to the page. True: it was open.
  bool Written(uint64_t page);
  // The event is over: closes the open pages that have not been written to for long, and those at
  // or behind `end_page`.
  void EndEvent(uint64_t end_page);
  void Clear() { open_count_ = 0; }

  bool IsOpen(uint64_t page) const { return Find(page) != open_count_; }
  size_t open_count() const { return open_count_; }
  uint64_t open_page(size_t index) const { return open_[index].page; }  // in no order

 private:
  static constexpr size_t kRecentSlots = 128;

  struct Seen {
    uint64_t page = UINT64_MAX;
    uint64_t event = 0;  // the last one that wrote to it
  };

  size_t Find(uint64_t page) const;

  std::array<Seen, kOpenMax> open_;
  size_t open_count_ = 0;
  std::array<Seen, kRecentSlots> recent_;  // by page, the newest of those that share a slot
  uint64_t event_ = 0;
};

}  // namespace perdure
