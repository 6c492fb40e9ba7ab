// LazyMemory: memories whose chunks are read from the store when the guest first touches them.
//
// Opening a large state must not cost what reading it costs. So when it is opened nothing of its
// memory is read: each memory gets its size, its pages are missing (track/missing_pages.h), and the
// first touch of one reads the chunk's base row by its key, verifies it by its hash, puts what the
// events behind the base did to it on top (a ChunkOverlay, made when opening from the few events
// that the fold leaves there), and gives the result to the guest and to the committed image.
//
//     chunk(n) = base row, or zeros without one, as it is now + overlay(b, n]
//
// where b was the base and n the newest event when the state was opened. Folds that move the base
// meanwhile change nothing in that: up to n because of how overlays are (chunk_overlay.h), and
// behind n because a chunk that no event since has touched is as it was.
//
// Invariants
//  (L1) A chunk is present in the guest if and only if the image has its committed content.
//  (L2) What a dirty chunk is compared with, or rolled back to, is therefore in the image: only
//       present chunks can be dirty.
//  (L3) A chunk that does not verify abandons the event that touched it, before the guest has seen
//       a byte of it; the instance takes no further one.
//
// A row proves itself by its hash, and its absence is proved by the base's ChunkMap, but for the
// few chunks that the overlay changes: a fold may have moved those ahead of the map. What is given
// up: that a row is an older version of itself is found by the digest of all rows, hence only by
// reading all of them: LoadImage().
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "perdure/status.h"
#include "rtlib/engine/chunk_overlay.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/chunk_map.h"
#include "rtlib/track/missing_pages.h"

namespace perdure {

class LazyMemory {
 public:
  // The guest's and the image's memories have their sizes and nothing in them. All three must
  // outlive the object, and trackers of the memories must not.
  static Result<std::unique_ptr<LazyMemory>> Create(Guest* guest, CommittedImage* image,
                                                    Store* store, ChunkOverlay overlay,
                                                    ChunkMap chunks);

  // Null if the memory is empty.
  MissingPages* memory(uint32_t index) const { return memories_[index].pages.get(); }
  // Why a chunk could not be loaded; OK while all is well.
  const Status& failure() const { return failure_; }
  // Chunks read so far.
  uint64_t loaded() const;

  // Completes the image, though not the guest: `base` is the header's, now. kCorrupt also if rows
  // are not those of the header.
  Status LoadImage(const ImageHeader& base);

 private:
  struct Memory {
    LazyMemory* owner;
    uint32_t index;
    std::unique_ptr<MissingPages> pages;
  };

  LazyMemory(const perdure_program& program, CommittedImage* image, Store* store,
             ChunkOverlay overlay, ChunkMap chunks)
      : program_(program),
        image_(*image),
        store_(*store),
        overlay_(std::move(overlay)),
        chunks_(std::move(chunks)) {}

  static bool Load(void* memory, uint64_t chunk, uint8_t* bytes);
  Status Read(uint64_t id, uint8_t* bytes);
  void PutIntoImage(uint64_t id, const uint8_t* bytes);
  bool IsWanted(uint64_t id) const;

  const perdure_program& program_;
  CommittedImage& image_;
  Store& store_;
  const ChunkOverlay overlay_;
  const ChunkMap chunks_;
  std::vector<Memory> memories_;
  std::string blob_;
  Status failure_;
};

}  // namespace perdure
