#include "rtlib/state/chunk_map.h"

#include <algorithm>

#include "rtlib/base/bytes.h"
#include "rtlib/state/format.h"
#include "rtlib/state/small_state.h"

namespace perdure {

std::vector<ChunkMap::Range>::iterator ChunkMap::At(uint64_t id) {
  return std::partition_point(ranges_.begin(), ranges_.end(),
                              [id](const Range& range) { return range.end <= id; });
}

bool ChunkMap::Has(uint64_t id) const {
  const auto at = const_cast<ChunkMap*>(this)->At(id);
  return at != ranges_.end() && at->begin <= id;
}

void ChunkMap::Set(uint64_t id, bool has_row) {
  auto at = At(id);
  const bool has = at != ranges_.end() && at->begin <= id;
  if (has == has_row) return;
  if (!has_row) {
    const Range left = {at->begin, id}, right = {id + 1, at->end};
    at = ranges_.erase(at);
    if (right.begin < right.end) at = ranges_.insert(at, right);
    if (left.begin < left.end) ranges_.insert(at, left);
    return;
  }
  const bool joins_left = at != ranges_.begin() && std::prev(at)->end == id;
  const bool joins_right = at != ranges_.end() && at->begin == id + 1;
  if (joins_left && joins_right) {
    at->begin = std::prev(at)->begin;
    ranges_.erase(std::prev(at));
  } else if (joins_left) {
    ++std::prev(at)->end;
  } else if (joins_right) {
    --at->begin;
  } else {
    ranges_.insert(at, {id, id + 1});
  }
}

std::string ChunkMap::Encode() const {
  std::string payload;
  ByteWriter writer(&payload);
  writer.Varint(ranges_.size());
  uint64_t end = 0;
  for (const Range& range : ranges_) {
    writer.Varint(range.begin - end);
    writer.Varint(range.end - range.begin);
    end = range.end;
  }
  std::string section;
  ByteWriter(&section).U64(SectionPayloadHash(kChunkMapSection, payload));
  return section + payload;
}

Status ChunkMap::Decode(std::string_view section) {
  const Status corrupt(StatusCode::kCorrupt, "base section chunk map does not match its hash");
  ByteReader reader(section);
  const uint64_t hash = reader.U64();
  if (!reader.ok() || SectionPayloadHash(kChunkMapSection, section.substr(sizeof(hash))) != hash) {
    return corrupt;
  }
  std::vector<Range> ranges;
  uint64_t end = 0;
  const uint64_t count = reader.Varint();
  for (uint64_t i = 0; i < count && reader.ok(); ++i) {
    const uint64_t gap = reader.Varint();
    const uint64_t length = reader.Varint();
    // Ids are below 2^63; two ranges without a gap are one.
    constexpr uint64_t kEnd = uint64_t{1} << 63;
    if (length == 0 || (gap == 0 && i > 0) || gap > kEnd - end || length > kEnd - end - gap) {
      return corrupt;
    }
    ranges.push_back({end + gap, end + gap + length});
    end += gap + length;
  }
  if (!reader.ok() || !reader.AtEnd()) return corrupt;
  ranges_ = std::move(ranges);
  return OkStatus();
}

}  // namespace perdure
