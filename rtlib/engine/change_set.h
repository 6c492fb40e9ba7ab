// ChangeSet: what one event changed, between the guest and the committed image.
//
//     CollectDirty ──► FindChanges ──► EncodeChanges ──► (commit) ──► Advance   image := guest
//            └──────────────────────────────┴────────────────┤        Rearm     for the next event
//                                                            └──────► Rollback  guest := image
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "perdure/status.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/diff.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/lazy_memory.h"
#include "rtlib/engine/pre_images.h"
#include "rtlib/track/tracker.h"

namespace perdure {

struct ChangeSet {
  std::vector<std::vector<WordRun>> runs;  // per memory
  std::vector<uint32_t> resized;           // memories
  std::vector<uint32_t> globals, tables, segments;
  bool host_table = false;
  bool stack = false;
  std::vector<std::vector<uint64_t>> unchanged;  // per memory, chunks reported without reason
  uint64_t chunks_changed = 0;

  bool empty() const;
};

// One tracker per memory, armed for its present size. `lazy` may be null.
Result<std::vector<std::unique_ptr<Tracker>>> TrackMemories(const Guest& guest,
                                                            const LazyMemory* lazy,
                                                            PreImages* pre_images);

Status CollectDirty(const Guest& guest, const LazyMemory* lazy,
                    const std::vector<std::unique_ptr<Tracker>>& trackers, DirtyChunks* dirty);
// The same by Tracker::Peek: for an event that is going to be rolled back.
Status PeekDirty(const Guest& guest, const LazyMemory* lazy,
                 const std::vector<std::unique_ptr<Tracker>>& trackers, DirtyChunks* dirty);

// After CollectDirty, before the guest runs again. `changes`: of what was collected, or empty.
Status Rearm(const std::vector<std::unique_ptr<Tracker>>& trackers, const ChangeSet& changes);

// Adds ranges to those of *dirty, which has as many memories or none.
void AddRanges(const DirtyChunks& more, DirtyChunks* dirty);

// kResourceExhausted if there is no memory to compare a grown memory with.
Status FindChanges(Guest* guest, const DirtyChunks& dirty, CommittedImage* image,
                   ChangeSet* changes);

// Sets *delta (empty if nothing changed). kInvalidArgument, naming the place, if a changed global
// or table holds a reference that cannot be stored; kResourceExhausted if the event is too large
// for one row.
Status EncodeChanges(Guest* guest, const ChangeSet& changes, const CommittedImage& image,
                     std::string* delta);

// Takes the changes over into the image.
void Advance(Guest* guest, const ChangeSet& changes, CommittedImage* image);

// Undoes everything the event did to the guest, queued effects included. Gives the number of
// chunks.
uint64_t Rollback(Guest* guest, const DirtyChunks& dirty, CommittedImage* image);

}  // namespace perdure
