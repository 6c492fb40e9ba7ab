// ChunkOverlay: what a stretch of events does to memory, chunk by chunk.
//
// Deltas hold new values, not differences, so a stretch of events comes down to this: for each
// chunk, which of its words got a value, and the last value each got. Putting an overlay on a chunk
// as of the beginning of the stretch gives the chunk as of its end, and so does putting it on the
// chunk as of any event inside the stretch:
//
//     chunk(b) + overlay(b, n]   ===   chunk(t) + overlay(b, n]   ===   chunk(n)     b <= t <= n
//
// Folding (fold.h) and restoring (restore.h, lazy_memory.h) both rest on that.
//
// Only the words that got a value are kept, packed: events change 40 to 540 bytes of a chunk, so an
// overlay of thousands of events stays a small part of the memory they went over. (Rejected: a
// whole chunk each, which made folds of large heaps end before their events had begun to touch the
// same chunks again.)
//
// Threads: confined to one thread.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

#include "rtlib/state/delta_reader.h"
#include "rtlib/state/format.h"

namespace perdure {

class ChunkOverlay final : public MemorySink {
 public:
  ChunkOverlay() = default;
  ChunkOverlay(ChunkOverlay&& other) noexcept
      : chunks_(std::move(other.chunks_)),
        words_(std::exchange(other.words_, 0)),
        lost_from_(std::move(other.lost_from_)) {
    other.Clear();
  }
  ChunkOverlay& operator=(ChunkOverlay&&) = delete;

  // Events are added by ApplyDelta(), in their order.
  Status Resize(uint32_t memory, uint64_t before, uint64_t pages) override;
  Status Write(uint32_t memory, uint64_t offset, std::string_view bytes) override;

  void Clear();
  // Forgets what happened to the chunk: nobody asks about it again.
  void Drop(uint64_t id);
  size_t size() const { return chunks_.size(); }  // chunks with a word of their own
  // What it takes in memory, about.
  uint64_t bytes() const { return words_ * kWordBytes + chunks_.size() * kChunkOverheadBytes; }

  bool Changes(uint64_t id) const { return chunks_.contains(id) || IsLost(id); }
  // Changes the chunk's kBaseChunkBytes at `raw`.
  void Apply(uint64_t id, uint8_t* raw) const;
  // The lowest id of a chunk with a word of its own that is not below `from`.
  std::optional<uint64_t> Next(uint64_t from) const;
  // The memory lost chunks: from `id` on they are zeros, but for what was written since. False: it
  // lost none.
  bool LostFrom(uint32_t memory, uint64_t* id) const;
  bool LostAny() const { return !lost_from_.empty(); }

 private:
  static constexpr uint64_t kWords = kBaseChunkBytes / kWordBytes;
  // A node of the map, a vector's allocation and slack.
  static constexpr uint64_t kChunkOverheadBytes = 216;
  struct Chunk {
    std::array<uint64_t, kWords / 64> has = {};         // bit: the word has a value
    std::array<uint16_t, kWords / 64 + 1> before = {};  // how many have, before each 64
    std::vector<uint64_t> values;                       // of those, ascending

    // How many of the words before `word` have a value: the place of its own in `values`.
    size_t Rank(uint64_t word) const;
    void Add(uint64_t word, uint64_t count);
  };

  void Put(Chunk* chunk, uint64_t word, std::string_view bytes);
  Chunk* Touch(uint64_t id);
  bool IsLost(uint64_t id) const;

  std::map<uint64_t, Chunk> chunks_;
  uint64_t words_ = 0;                      // with a value, in all chunks
  uint64_t last_id_ = 0;                    // the chunk that was written to last:
  Chunk* last_ = nullptr;                   // a delta has its runs one after the other
  std::map<uint32_t, uint64_t> lost_from_;  // per memory: id
};

}  // namespace perdure
