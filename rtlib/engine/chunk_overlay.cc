#include "rtlib/engine/chunk_overlay.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rtlib/base/check.h"

namespace perdure {

void ChunkOverlay::Clear() {
  chunks_.clear();
  words_ = 0;
  lost_from_.clear();
}

void ChunkOverlay::Drop(uint64_t id) {
  const auto found = chunks_.find(id);
  if (found == chunks_.end()) return;
  words_ -= found->second.values.size();
  chunks_.erase(found);
}

// New pages read as zero without a word from us: nobody has a chunk there. A smaller memory loses
// what is above, whatever it is.
Status ChunkOverlay::Resize(uint32_t memory, uint64_t before, uint64_t pages) {
  if (pages >= before) return OkStatus();
  const uint64_t from = ChunkId(memory, pages * kChunksPerPage);
  const auto end = chunks_.lower_bound(ChunkId(memory + 1, 0));
  for (auto lost = chunks_.lower_bound(from); lost != end; lost = chunks_.erase(lost)) {
    words_ -= lost->second.values.size();
  }
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
    Put(Touch(ChunkId(memory, offset / kBaseChunkBytes)), in_chunk / kWordBytes,
        bytes.substr(0, length));
    bytes.remove_prefix(length);
    offset += length;
  }
  return OkStatus();
}

size_t ChunkOverlay::Rank(const Chunk& chunk, uint64_t word) {
  size_t rank = 0;
  for (uint64_t i = 0; i < word / 64; ++i) rank += static_cast<size_t>(std::popcount(chunk.has[i]));
  if (word % 64 == 0) return rank;
  return rank + static_cast<size_t>(std::popcount(chunk.has[word / 64] << (64 - word % 64)));
}

// Gives the words from `word` on the values in `bytes`.
void ChunkOverlay::Put(Chunk* chunk, uint64_t word, std::string_view bytes) {
  const size_t count = bytes.size() / kWordBytes;
  const size_t first = Rank(*chunk, word);
  const size_t had = Rank(*chunk, word + count) - first;
  std::vector<uint64_t>& values = chunk->values;
  const auto at = values.begin() + static_cast<ptrdiff_t>(first);
  if (had < count) values.insert(at, count - had, 0);
  std::memcpy(values.data() + first, bytes.data(), bytes.size());
  words_ += count - had;
  for (uint64_t end = word + count; word < end; ++word) {
    chunk->has[word / 64] |= uint64_t{1} << (word % 64);
  }
}

ChunkOverlay::Chunk* ChunkOverlay::Touch(uint64_t id) {
  const auto [place, is_new] = chunks_.try_emplace(id);
  Chunk& chunk = place->second;
  if (is_new && IsLost(id)) {
    chunk.has.fill(~uint64_t{0});
    chunk.values.resize(kWords);
    words_ += kWords;
  }
  return &chunk;
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
  const uint64_t* values = chunk.values.data();
  for (uint64_t i = 0; i < chunk.has.size(); ++i) {
    for (uint64_t mask = chunk.has[i]; mask != 0;) {
      const int first = std::countr_zero(mask);
      const int count = std::countr_one(mask >> first);
      const uint64_t at = (i * 64 + static_cast<uint64_t>(first)) * kWordBytes;
      std::memcpy(raw + at, values, static_cast<uint64_t>(count) * kWordBytes);
      values += count;
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
