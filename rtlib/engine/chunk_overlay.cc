#include "rtlib/engine/chunk_overlay.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rtlib/base/check.h"

namespace perdure {

void ChunkOverlay::Clear() {
  chunks_.clear();
  lost_from_.clear();
}

// New pages read as zero without a word from us: nobody has a chunk there. A smaller memory loses
// what is above, whatever it is.
Status ChunkOverlay::Resize(uint32_t memory, uint64_t before, uint64_t pages) {
  if (pages >= before) return OkStatus();
  const uint64_t from = ChunkId(memory, pages * kChunksPerPage);
  chunks_.erase(chunks_.lower_bound(from), chunks_.lower_bound(ChunkId(memory + 1, 0)));
  const auto [place, is_new] = lost_from_.try_emplace(memory, from);
  place->second = std::min(place->second, from);
  return OkStatus();
}

Status ChunkOverlay::Write(uint32_t memory, uint64_t offset, std::string_view bytes) {
  PERDURE_CHECK(offset % kWordBytes == 0 && bytes.size() % kWordBytes == 0,
                "memory is written in words");
  while (!bytes.empty()) {
    const uint64_t in_chunk = offset % kBaseChunkBytes;
    const size_t length =
        static_cast<size_t>(std::min<uint64_t>(bytes.size(), kBaseChunkBytes - in_chunk));
    Chunk* chunk = Touch(ChunkId(memory, offset / kBaseChunkBytes));
    std::memcpy(chunk->bytes.data() + in_chunk, bytes.data(), length);
    const uint64_t end = (in_chunk + length) / kWordBytes;
    for (uint64_t word = in_chunk / kWordBytes; word < end; ++word) {
      chunk->has[word / 64] |= uint64_t{1} << (word % 64);
    }
    bytes.remove_prefix(length);
    offset += length;
  }
  return OkStatus();
}

ChunkOverlay::Chunk* ChunkOverlay::Touch(uint64_t id) {
  const auto [place, is_new] = chunks_.try_emplace(id);
  if (is_new && IsLost(id)) {
    for (uint64_t& words : place->second.has) words = ~uint64_t{0};
  }
  return &place->second;
}

bool ChunkOverlay::IsLost(uint64_t id) const {
  uint64_t from;
  return LostFrom(ChunkIdMemory(id), &from) && id >= from;
}

bool ChunkOverlay::LostFrom(uint32_t memory, uint64_t* id) const {
  const auto found = lost_from_.find(memory);
  if (found == lost_from_.end()) return false;
  *id = found->second;
  return true;
}

void ChunkOverlay::Apply(uint64_t id, uint8_t* raw) const {
  const auto found = chunks_.find(id);
  if (found == chunks_.end()) {
    if (IsLost(id)) std::memset(raw, 0, kBaseChunkBytes);
    return;
  }
  const Chunk& chunk = found->second;
  for (uint64_t i = 0; i < std::size(chunk.has); ++i) {
    for (uint64_t mask = chunk.has[i]; mask != 0;) {
      const int first = std::countr_zero(mask);
      const int count = std::countr_one(mask >> first);
      const uint64_t at = (i * 64 + static_cast<uint64_t>(first)) * kWordBytes;
      std::memcpy(raw + at, chunk.bytes.data() + at, static_cast<uint64_t>(count) * kWordBytes);
      if (first + count == 64) break;
      mask &= ~uint64_t{0} << (first + count);
    }
  }
}

std::optional<uint64_t> ChunkOverlay::Next(uint64_t from) const {
  const auto found = chunks_.lower_bound(from);
  if (found == chunks_.end()) return std::nullopt;
  return found->first;
}

}  // namespace perdure
