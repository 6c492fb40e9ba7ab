#include "rtlib/engine/chunk_overlay.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "rtlib/base/check.h"

namespace perdure {
namespace {

// As std::popcount(), which is a call where the processor need not have an instruction for it.
uint64_t SetBits(uint64_t word) {
  word -= word >> 1 & 0x5555555555555555;
  word = (word & 0x3333333333333333) + (word >> 2 & 0x3333333333333333);
  word = (word + (word >> 4)) & 0x0f0f0f0f0f0f0f0f;
  return word * 0x0101010101010101 >> 56;
}

}  // namespace

void ChunkOverlay::Clear() {
  last_ = nullptr;
  chunks_.clear();
  words_ = 0;
  lost_from_.clear();
}

void ChunkOverlay::Drop(uint64_t id) {
  const auto found = chunks_.find(id);
  if (found == chunks_.end()) return;
  last_ = nullptr;
  words_ -= found->second.values.size();
  chunks_.erase(found);
}

// New pages read as zero without a word from us: nobody has a chunk there. A smaller memory loses
// what is above, whatever it is.
Status ChunkOverlay::Resize(uint32_t memory, uint64_t before, uint64_t pages) {
  if (pages >= before) return OkStatus();
  last_ = nullptr;
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

size_t ChunkOverlay::Chunk::Rank(uint64_t word) const {
  const uint64_t below = (uint64_t{1} << (word % 64)) - 1;
  return before[word / 64] + (word % 64 == 0 ? 0 : SetBits(has[word / 64] & below));
}

// The words from `word` on have a value.
void ChunkOverlay::Chunk::Add(uint64_t word, uint64_t count) {
  for (const uint64_t end = word + count; word < end; ++word) {
    has[word / 64] |= uint64_t{1} << (word % 64);
  }
  for (size_t i = 0; i < has.size(); ++i) {
    before[i + 1] = static_cast<uint16_t>(before[i] + SetBits(has[i]));
  }
}

// Gives the words from `word` on the values in `bytes`.
void ChunkOverlay::Put(Chunk* chunk, uint64_t word, std::string_view bytes) {
  const size_t count = bytes.size() / kWordBytes;
  const size_t first = chunk->Rank(word);
  const size_t had = chunk->Rank(word + count) - first;
  if (had < count) {
    std::vector<uint64_t>& values = chunk->values;
    values.insert(values.begin() + static_cast<ptrdiff_t>(first), count - had, 0);
    words_ += count - had;
    chunk->Add(word, count);
  }
  std::memcpy(chunk->values.data() + first, bytes.data(), bytes.size());
}

ChunkOverlay::Chunk* ChunkOverlay::Touch(uint64_t id) {
  if (last_ != nullptr && last_id_ == id) return last_;
  const auto [place, is_new] = chunks_.try_emplace(id);
  Chunk& chunk = place->second;
  if (is_new && IsLost(id)) {
    chunk.values.resize(kWords);
    chunk.Add(0, kWords);
    words_ += kWords;
  }
  last_id_ = id;
  last_ = &chunk;
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
