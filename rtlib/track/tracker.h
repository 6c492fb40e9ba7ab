// Tracker: which chunks of one linear memory were written since the last collection.
//
// Four mechanisms, tried in this order; each is used only after its self-test saw it work in this
// process (a kernel may accept the calls and report nothing: soft-dirty does exactly that):
//   wp-async  userfaultfd(USER_MODE_ONLY) with WP_ASYNC, collected and re-armed by one PAGEMAP_SCAN
//   wp-sync   userfaultfd write-protect with FEATURE_SIGBUS; our own fault handler lists the chunks
//   mprotect  PROT_READ and SIGSEGV; unprotects everything when the kernel's map limit is reached
//   compare   no tracking: every chunk is reported as possibly dirty, the diff decides
// PERDURE_TRACK names one to force (tests); if its self-test fails, opening fails with the reason.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "perdure/status.h"

namespace perdure {

inline constexpr uint64_t kChunkBytes = 4096;

enum class TrackMode : uint8_t { kWpAsync, kWpSync, kMprotect, kCompare };

std::string_view TrackModeName(TrackMode mode);
std::optional<TrackMode> ParseTrackMode(std::string_view name);

// Half-open range of chunk numbers.
struct ChunkRange {
  uint64_t begin = 0;
  uint64_t end = 0;
};

inline uint64_t ChunksIn(const std::vector<ChunkRange>& ranges) {
  uint64_t chunks = 0;
  for (const ChunkRange& range : ranges) chunks += range.end - range.begin;
  return chunks;
}

class MissingPages;

// Told that the chunks [begin, end) are about to be written for the first time since they were
// armed, by the fault handler: it may not allocate, and the chunks are still as they were.
struct WriteObserver {
  void (*about_to_write)(void* context, uint64_t begin, uint64_t end) = nullptr;
  void* context = nullptr;
};

class Tracker {
 public:
  virtual ~Tracker() = default;  // stops tracking; the memory stays mapped and writable

  // Starts (or restarts) tracking of [0, size_bytes): chunks written from now on are dirty.
  virtual Status Arm(uint64_t size_bytes) = 0;

  // Replaces *dirty by the chunks of [0, size_bytes) written since they were armed, ascending,
  // without overlaps. May report chunks that were not written; never misses one that was.
  // size_bytes may have grown or shrunk since the last call. Multiple of kChunkBytes.
  //
  // What is reported is armed again by this call, or by Rearm(), which is to follow before anything
  // is written; if it does not follow, the chunks may be reported again.
  virtual Status Collect(uint64_t size_bytes, std::vector<ChunkRange>* dirty) = 0;

  // Arms what the last Collect reported, as far as that is not done: apart from it so that the
  // system calls it may take come after the commit, when nobody waits. `unchanged`: those of the
  // chunks that turned out to be as they had been, ascending; a hint. Does nothing if nothing was
  // collected since the last Arm or Rearm.
  virtual Status Rearm(const std::vector<uint64_t>& unchanged) = 0;

  // What Collect would report; arms nothing, so that the next collection reports it again. For
  // undoing what was written: writing to a chunk that is dirty anyway costs no fault.
  virtual Status Peek(uint64_t size_bytes, std::vector<ChunkRange>* dirty) = 0;

  virtual TrackMode mode() const = 0;  // at present
};

// The best mode whose self-test passes, or the one PERDURE_TRACK names. Tested once per process.
Result<TrackMode> ChooseTrackMode();
// The same among those that can have an observer: wp-sync and mprotect.
Result<TrackMode> ChooseObservedMode();

// Tracks the reservation [base, base + reserved_bytes), which must have been made by abi/memory.h:
// only its accessible prefix is guest memory. `base` is chunk-aligned. The tracker must be
// destroyed before the reservation is unmapped. `missing`, if not null, is at the memory's
// beginning and outlives the tracker: what is missing is not looked at, and not dirty until it is
// written. `observer` is for modes that can have one.
Result<std::unique_ptr<Tracker>> CreateTracker(TrackMode mode, uint8_t* base,
                                               uint64_t reserved_bytes,
                                               MissingPages* missing = nullptr,
                                               WriteObserver observer = {});

// Memories up to this size are looked at whole in their first events (late_tracker.cc), unless
// PERDURE_TRACK says otherwise.
inline constexpr uint64_t kComparedBytesMax = 256 << 10;
bool IsComparedAtFirst(uint64_t size_bytes);

// The same with the mode ChooseTrackMode() gives, or ChooseObservedMode() if there is an observer.
// If nothing is missing or observed, that begins after a few events in memories that are compared
// at first.
// If that is wp-async, and not forced, the tracker changes to wp-sync and back as the program's
// events make the one or the other cheaper.
Result<std::unique_ptr<Tracker>> CreateBestTracker(uint8_t* base, uint64_t reserved_bytes,
                                                   uint64_t size_bytes,
                                                   MissingPages* missing = nullptr,
                                                   WriteObserver observer = {});

}  // namespace perdure
