// Restoring: from what a store holds to a live guest, believing nothing that is not proved.
//
//   header ──hash──► sections ──hash, shape, limits──► chunks ──hash, id in range, count, digest──►
//   events ──chain, delta in limits──► sealed event present ──► guest = image = newest event
//
// Checked, in this order, each failing with kCorrupt and the name of what is wrong:
//   1. the header's hash, its positions in order, its module (kIncompatible);
//   2. every base section: present, its hash, its shape against the descriptor;
//   3. every base chunk: its hash, its place inside the base's memory size, each id once;
//   4. all of 2 and 3 together against the header's count and digest (a row dropped, or replaced by
//      an older version of itself, is found here);
//   5. every event: no gap, the hash chain from the base on, its delta inside the program's limits;
//   6. the event that was newest at the last seal is there, with its hash (finds a lost tail);
//   7. the host table that all of them give: its shape and limits. Descriptors in it that do not
//      come back are no error (wasi/host_table.h).
// The guest was instantiated before, so that everything restore does not cover is as the program
// makes it; the contents of its memories are discarded first.
//
// A state whose base has many chunks is restored lazily: its chunks are read and checked by 3 when
// they are first touched (lazy_memory.h), and 4 is left out. A command's next run compares all of
// its memory with the state, so only a run that is in progress is restored so.
//
// What is read whole is put into the guest alone, and what the events behind the base touched into
// the image as well: the rest of the image is read when the guest has written there (pre_images.h).
//
// A failed restore leaves the guest and the image half done; the caller throws both away.
#pragma once

#include <cstdint>

#include "perdure/instance.h"
#include "perdure/status.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/lazy_memory.h"
#include "rtlib/engine/store.h"

namespace perdure {

struct Restored {
  LogPosition newest;
  uint64_t chunks = 0, events = 0;
  std::unique_ptr<PreImages> pre_images;
  std::unique_ptr<LazyMemory> lazy;  // null: everything has been read
  uint64_t fold_weight = 0;          // of those events
};

// From here on laziness pays. Measured on one machine: 5.3 us for each chunk of a whole restore,
// 8 us for each missing chunk that is touched. So a program that touches less than 60 % of its
// state wins, and one that touches all of a state of this size loses 3 ms.
inline constexpr uint64_t kLazyChunksMin = 1024;
// More changed chunks behind the base than this and everything is read: they are held in memory.
inline constexpr uint64_t kLazyOverlayChunksMax = 16384;

// What PERDURE_RESTORE asks for, "whole", "lazy" or "warm"; kAuto if nothing. kWarm: lazily, and
// what has not been touched is loaded while the instance is idle.
enum class RestoreMode : uint8_t { kAuto, kWhole, kLazy, kWarm };
Result<RestoreMode> ChooseRestoreMode();

// Step 1. kIncompatible: another format or module, with the way out.
Status VerifyHeader(const StateHeader& header, const perdure_program& program);

// Steps 2 to 7. REQUIRES: VerifyHeader(header) passed.
Result<Restored> RestoreState(const StateHeader& header, Store* store, Guest* guest,
                              CommittedImage* image, RestoreMode mode, MemoryUse memory_use);

}  // namespace perdure
