#include "rtlib/state/delta_writer.h"

#include <algorithm>

#include "rtlib/base/check.h"
#include "rtlib/base/compress.h"

namespace perdure {
namespace {

// Below this LZ4 gains nothing, and setting up its table costs more than the rest of a small event.
constexpr size_t kCompressBytesMin = 64;

static_assert(kDeltaBytesMax <= kCompressInputMax);

}  // namespace

void DeltaWriter::EndIndex() {
  if (runs_open_) writer_.Varint(0);
  runs_open_ = false;
}

void DeltaWriter::EndPart() {
  EndIndex();
  if (part_ != 0 && part_ < static_cast<uint8_t>(DeltaTag::kHostTable)) writer_.Varint(0);
}

void DeltaWriter::EnterPart(DeltaTag tag) {
  const uint8_t part = static_cast<uint8_t>(tag);
  if (part_ == part) return;
  PERDURE_CHECK(part > part_, "parts of a delta out of order");
  EndPart();
  part_ = part;
  next_index_ = 0;
  writer_.U8(part);
}

void DeltaWriter::EnterIndex(DeltaTag tag, uint32_t index) {
  EnterPart(tag);
  PERDURE_CHECK(index >= next_index_, "indices of a delta out of order");
  EndIndex();
  next_index_ = uint64_t{index} + 1;
  next_place_ = 0;
  writer_.Varint(next_index_);
}

void DeltaWriter::BeginRun(uint64_t first, uint64_t length) {
  PERDURE_CHECK(length > 0 && first >= next_place_, "runs of a delta out of order");
  writer_.Varint(length);
  writer_.Varint(first - next_place_);
  next_place_ = first + length;
}

void DeltaWriter::MemorySize(uint32_t memory, uint64_t pages) {
  EnterIndex(DeltaTag::kMemorySizes, memory);
  writer_.Varint(pages);
}

void DeltaWriter::MemoryRun(uint32_t memory, uint64_t first, uint64_t words, const uint8_t* bytes) {
  EnterPart(DeltaTag::kMemoryRuns);
  if (!runs_open_ || next_index_ != uint64_t{memory} + 1) {
    EnterIndex(DeltaTag::kMemoryRuns, memory);
    runs_open_ = true;
  }
  BeginRun(first, words);
  writer_.Raw(bytes, static_cast<size_t>(words * kWordBytes));
}

void DeltaWriter::Global(uint32_t global, uint8_t type, const PortableValue& value) {
  EnterIndex(DeltaTag::kGlobals, global);
  WriteValue(type, value, &writer_);
}

void DeltaWriter::TableSize(uint32_t table, uint32_t size) {
  EnterIndex(DeltaTag::kTables, table);
  writer_.Varint(size);
  runs_open_ = true;
}

void DeltaWriter::TableRun(uint32_t table, uint32_t first, std::span<const uint32_t> functions) {
  PERDURE_CHECK(part_ == static_cast<uint8_t>(DeltaTag::kTables) && runs_open_ &&
                    next_index_ == uint64_t{table} + 1,
                "a table's size comes before its runs");
  BeginRun(first, functions.size());
  for (const uint32_t function : functions) WriteReference(function, &writer_);
}

void DeltaWriter::SegmentToggled(uint32_t segment) { EnterIndex(DeltaTag::kSegments, segment); }

void DeltaWriter::HostTable(std::string_view bytes) {
  EnterPart(DeltaTag::kHostTable);
  writer_.Bytes(bytes);
}

void DeltaWriter::Stack(std::string_view then, std::string_view now) {
  EnterPart(DeltaTag::kStack);
  const size_t common = std::min(then.size(), now.size());
  const auto front = static_cast<size_t>(
      std::mismatch(then.begin(), then.begin() + static_cast<ptrdiff_t>(common), now.begin())
          .first -
      then.begin());
  size_t back = 0;
  while (back < common - front && then[then.size() - 1 - back] == now[now.size() - 1 - back]) {
    ++back;
  }
  writer_.Varint(front);
  writer_.Varint(back);
  writer_.Bytes(now.substr(front, now.size() - front - back));
}

bool DeltaWriter::Finish(std::string* delta) {
  delta->clear();
  if (raw_.empty()) return true;
  EndPart();
  if (raw_.size() > kDeltaBytesMax) return false;
  ByteWriter header(delta);
  header.U8(static_cast<uint8_t>(Encoding::kLz4));
  header.Varint(raw_.size());
  const size_t header_bytes = delta->size();
  if (raw_.size() < kCompressBytesMin || Compress(raw_, delta) >= raw_.size()) {
    delta->resize(header_bytes);
    (*delta)[0] = static_cast<char>(Encoding::kRaw);
    delta->append(raw_);
  }
  if (delta->size() <= kDeltaBytesMax) return true;
  delta->clear();
  return false;
}

}  // namespace perdure
