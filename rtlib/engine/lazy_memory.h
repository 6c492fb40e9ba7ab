// LazyMemory: memories whose chunks are read from the store when the guest first touches them.
//
// Opening a large state must not cost what reading it costs. So when it is opened nothing of its
// memory is read: each memory gets its size, its pages are missing (track/missing_pages.h), and the
// first touch of one reads the chunk's base row by its key, verifies it by its hash, puts what the
// events behind the base did to it on top (base_reader.h: an overlay, made when opening from the
// few events that the fold leaves there), and gives the result to the guest and to the committed
// image.
//
// Invariants
//  (L1) A chunk is present in the guest if and only if the image has its committed content, or will
//       have before the chunk is written (pre_images.h: low memory).
//  (L2) What a dirty chunk is compared with, or rolled back to, is therefore in the image: only
//       present chunks can be dirty.
//  (L3) A chunk that does not verify abandons the event that touched it, before the guest has seen
//       a byte of it; the instance takes no further one.
//
// What is given up: that a row is an older version of itself is found by the digest of all rows,
// hence only by reading all of them: LoadImage().
//
// Warm() loads what nobody has touched yet, a little at a time, while there is nothing else to do.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "perdure/status.h"
#include "rtlib/engine/base_reader.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/pre_images.h"
#include "rtlib/engine/store.h"
#include "rtlib/track/missing_pages.h"

namespace perdure {

class LazyMemory {
 public:
  // The guest's memories and the image's have their sizes and nothing in them. All of them must
  // outlive the object, and trackers of the memories must not.
  static Result<std::unique_ptr<LazyMemory>> Create(Guest* guest, PreImages* pre_images,
                                                    Store* store, BaseReader reader);

  // Null if the memory is empty.
  MissingPages* memory(uint32_t index) const { return memories_[index].pages.get(); }
  // Why a chunk could not be loaded; OK while all is well.
  const Status& failure() const { return failure_; }
  // Chunks read so far.
  uint64_t loaded() const;

  // Loads about so many more; *done: there are no more. OK, or failure().
  Status Warm(uint64_t chunks, bool* done);

  // Completes the image, though not the guest: `base` is the header's, now. kCorrupt also if rows
  // are not those of the header.
  Status LoadImage(const ImageHeader& base);

 private:
  struct Memory {
    LazyMemory* owner;
    uint32_t index;
    std::unique_ptr<MissingPages> pages;
  };

  LazyMemory(const perdure_program& program, PreImages* pre_images, Store* store, BaseReader reader)
      : program_(program), pre_images_(*pre_images), store_(*store), reader_(std::move(reader)) {}

  static bool Load(void* memory, uint64_t chunk, uint8_t* bytes);
  bool IsWanted(uint64_t id) const;

  const perdure_program& program_;
  PreImages& pre_images_;
  Store& store_;
  BaseReader reader_;
  std::vector<Memory> memories_;
  uint64_t warm_from_ = 0;  // id: what is below is loaded, or zeros
  Status failure_;
};

}  // namespace perdure
