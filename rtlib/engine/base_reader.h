// BaseReader: the committed content of one chunk that nothing has changed since the state was
// opened, from the store.
//
//     chunk(n) = base row, or zeros without one, as it is now + overlay(b, n]
//
// where b was the base and n the newest event when the state was opened. Folds that move the base
// meanwhile change nothing in that: up to n because of how overlays are (chunk_overlay.h), and
// behind n because a chunk that no event since has touched is as it was.
//
// A row proves itself by its hash, and its absence is proved by the base's ChunkMap, but for the
// few chunks that the overlay changes: a fold may have moved those ahead of the map.
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "perdure/status.h"
#include "rtlib/engine/chunk_overlay.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/chunk_map.h"

namespace perdure {

class BaseReader {
 public:
  // `store` must outlive the object. `chunks` is the base's map, `overlay` the events behind it.
  BaseReader(Store* store, ChunkMap chunks, ChunkOverlay overlay)
      : store_(*store), chunks_(std::move(chunks)), overlay_(std::move(overlay)) {}

  // Gives the chunk's kBaseChunkBytes. kCorrupt if it does not verify.
  Status Read(uint64_t id, uint8_t* bytes);
  // The lowest id, not below `from`, of a chunk that may be no zeros.
  Result<std::optional<uint64_t>> Next(uint64_t from);

  const ChunkOverlay& overlay() const { return overlay_; }

 private:
  Store& store_;
  ChunkMap chunks_;
  ChunkOverlay overlay_;
  std::string blob_;
};

}  // namespace perdure
