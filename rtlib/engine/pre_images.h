// PreImages: where the committed content of a written chunk is found.
//
// The delta of an event and its rollback need what each written chunk held before the event. It is
// in the committed image (committed_image.h), which need not have all of the memory, as long as it
// has every chunk that was written when one is asked for. There are three ways of seeing to that:
//
//   kImage    the image has everything: what the guest was created with, or what was loaded by
//             touching it (lazy_memory.h) is put into it along.
//   kStore    the state was read whole, into the guest alone; a chunk that is found written is read
//             once more, from the store, the first time. So a restore fills one copy of the memory
//             and not two, and the second one costs only what is written.
//   kCapture  low memory (--perdure-memory=low): whoever writes a clean chunk faults, and the fault
//             handler copies the chunk before it lets the write happen. What the image holds is
//             let go again when it has become more than kHeldChunksMax.
//
//           read whole:  ABSENT --found written: from the store----------------> HELD
//           low memory:  ABSENT --first write: OnWrite copies it---------------> HELD
//                           ^-----LetGo: guest = image, nothing is being written---'
//
// Invariants
//  (P1) A chunk that is HELD has its committed content in the image. An ABSENT one is zeros there,
//       and takes no room.
//  (P2) kCapture: an ABSENT chunk of the committed size has its committed content in the guest, and
//       no write gets past the handler. Chunks above that size were zeros, as they are in the
//       image.
//  (P3) kCapture: chunks become ABSENT only while guest and image are equal (E3) and no tracker
//       has a chunk that can be written without a fault.
//  (P4) kStore: an ABSENT chunk was touched by no event behind the base, so that its base row is
//       its content for as long as it is ABSENT, wherever folds move the base meanwhile. What
//       those events touched is HELD from the beginning, and so are memories that are compared
//       whole in the first events (track/late_tracker.cc).
//  (P5) OnWrite allocates nothing and touches no missing page: it runs in a fault handler.
//
// Costs of kCapture: a signal and a copy (about 6 us) for the first write to a chunk since it was
// let go, and a signal for each chunk that an event writes, where tracking inside the kernel takes
// less than a microsecond. What it saves is the image: twice the touched memory becomes once, and
// what one event writes.
//
// Rejected: reading pre-images back from the store in low memory as well (it needs the events since
// the last fold for every chunk, or an overlay of them in memory, which is no low memory); dropping
// the least recently written chunks one by one (a system call for each run of them, where letting
// go of all is one, and what is written all the time is captured again within one event).
//
// Threads: confined to the instance's thread; the fault handler runs on it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "perdure/status.h"
#include "rtlib/engine/base_reader.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/guest.h"
#include "rtlib/track/page_bitmap.h"
#include "rtlib/track/tracker.h"

namespace perdure {

class LazyMemory;

// Per memory, what its tracker reported for the present event. Trackers re-arm when they are asked
// to collect, so this must be kept until the event is committed or rolled back.
using DirtyChunks = std::vector<std::vector<ChunkRange>>;

class PreImages {
 public:
  enum class Origin : uint8_t { kImage, kStore, kCapture };

  // The image has sizes and nothing in it, and must outlive the object like the guest.
  static Result<std::unique_ptr<PreImages>> Create(Origin origin, Guest* guest,
                                                   CommittedImage* image);

  // Where ABSENT chunks are read. REQUIRES: kStore.
  void ReadFrom(BaseReader reader) { reader_.emplace(std::move(reader)); }
  // Whose chunks may be missing; null: none is.
  void Watch(const LazyMemory* lazy) { lazy_ = lazy; }

  // For the memory's tracker: to be called before a clean chunk is written; none unless kCapture.
  WriteObserver ObserverOf(uint32_t memory);

  // The guest has the chunk, just made or loaded, with this committed content. `is_protected`: a
  // write to it will be observed.
  void Arrived(uint32_t memory, uint64_t chunk, const uint8_t* bytes, bool is_protected);
  // Puts a chunk's committed content into the image, which has all chunks or nearly (HoldAll).
  void Put(uint32_t memory, uint64_t chunk, const uint8_t* bytes);
  // Has the image hold a chunk as the guest has it, which is its committed content.
  void Hold(uint32_t memory, uint64_t chunk);
  // The same with all of them, but for those that are missing. `use_up`: the guest's memories are
  // given back to the system on the way, because it ends here. REQUIRES: no trackers.
  void HoldAll(bool use_up);

  // Has the image hold what was written.
  Status Complete(const DirtyChunks& dirty);
  // If guest and image are equal: may make chunks ABSENT.
  Status MayLetGo(const std::vector<std::unique_ptr<Tracker>>& trackers);

 private:
  // In low memory, what is held between events: 8 MiB.
  static constexpr uint64_t kHeldChunksMax = 2048;

  struct Memory {
    PreImages* owner;
    uint32_t index;
    PageBitmap held;
    uint64_t end = 0;  // of the chunks that are marked so
  };

  PreImages(Origin origin, Guest* guest, CommittedImage* image)
      : captures_(origin == Origin::kCapture),
        holds_all_(origin == Origin::kImage),
        guest_(*guest),
        image_(*image) {}

  static void OnWrite(void* memory, uint64_t begin, uint64_t end);
  void MarkHeld(Memory* memory, uint64_t chunk);
  void Take(uint32_t memory, const ChunkRange& chunks);
  Status CompleteChunk(Memory* memory, uint64_t chunk);

  const bool captures_;
  bool holds_all_;
  Guest& guest_;
  CommittedImage& image_;
  const LazyMemory* lazy_ = nullptr;
  std::optional<BaseReader> reader_;
  std::vector<Memory> memories_;
  uint64_t held_chunks_ = 0;  // besides holds_all_
};

}  // namespace perdure
