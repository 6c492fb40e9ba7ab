// ChunkMap: which chunks of the base have a row.
//
// A chunk that is read alone, when it is first touched, is proved by its hash. That a chunk without
// a row is one of zeros, and not one whose row was lost, is proved by this map. It is kept as one
// more section of the base:
//
//   u64     hash of (kChunkMapSection, payload)
//   varint  ranges; per range:  varint gap, varint length
//
// Ranges are of ids (which hold the memory), ascend, do not touch, and a gap counts from the end of
// the range before. So a map is as large as the base is scattered, whatever the memory's size.
//
// Threads: value type.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/status.h"

namespace perdure {

class ChunkMap {
 public:
  bool Has(uint64_t id) const;
  void Set(uint64_t id, bool has_row);

  std::string Encode() const;
  // kCorrupt if it is not what Encode() made of any map; *this is then unchanged.
  Status Decode(std::string_view section);

 private:
  struct Range {
    uint64_t begin;
    uint64_t end;
  };
  // The first range that ends behind `id`.
  std::vector<Range>::iterator At(uint64_t id);

  std::vector<Range> ranges_;
};

}  // namespace perdure
