#include "rtlib/state/delta_writer.h"

#include <algorithm>

#include "rtlib/base/check.h"
#include "rtlib/base/compress.h"

namespace perdure {
namespace {

// Below this LZ4 gains little of a page, and setting up its table (16 KiB, which then is in the
// cache in place of something else) costs more than the rest of a small event.
constexpr size_t kCompressBytesMin = 1024;
// From here on a sample is compressed first.
constexpr size_t kSampleOfBytesMin = 32768;
constexpr size_t kSampleBytes = 4096;

static_assert(kDeltaFrameBytesMax <= kCompressInputMax);

// Whether it is worth trying. Encrypted, compressed or random data is not, and LZ4 takes longer to
// find that out than all else that is done with it.
bool Compresses(std::string_view raw) {
  if (raw.size() < kSampleOfBytesMin) return raw.size() >= kCompressBytesMin;
  std::string compressed;
  return Compress(raw.substr(raw.size() / 2, kSampleBytes), &compressed, Effort::kHurried) <
         kSampleBytes - kSampleBytes / 32;
}

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

void DeltaWriter::Expect(uint64_t bytes) {
  raw_.reserve(static_cast<size_t>(std::min(bytes, kDeltaFrameBytes)));
}

void DeltaWriter::MemorySize(uint32_t memory, uint64_t pages) {
  EnterIndex(DeltaTag::kMemorySizes, memory);
  writer_.Varint(pages);
}

void DeltaWriter::MemoryRun(uint32_t memory, uint64_t first, uint64_t words, const uint8_t* bytes) {
  while (words != 0) {
    if (raw_.size() >= kDeltaFrameBytes) EndFrame();
    EnterPart(DeltaTag::kMemoryRuns);
    if (!runs_open_ || next_index_ != uint64_t{memory} + 1) {
      EnterIndex(DeltaTag::kMemoryRuns, memory);
      runs_open_ = true;
    }
    const uint64_t count = std::min(words, kDeltaFrameBytes / kWordBytes);
    BeginRun(first, count);
    writer_.Raw(bytes, static_cast<size_t>(count * kWordBytes));
    first += count;
    words -= count;
    bytes += count * kWordBytes;
  }
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

void DeltaWriter::EndFrame() {
  EndPart();
  part_ = 0;
  if (raw_.size() > kDeltaFrameBytesMax) too_long_ = true;
  if (too_long_) return;
  ByteWriter header(&frames_);
  std::string compressed;
  // An event waits for this, and the flush behind it hardly depends on a page more or less.
  if (Compresses(raw_) && Compress(raw_, &compressed, Effort::kHurried) < raw_.size()) {
    header.U8(static_cast<uint8_t>(Encoding::kLz4));
    header.Varint(raw_.size());
    header.Bytes(compressed);
  } else {
    header.U8(static_cast<uint8_t>(Encoding::kRaw));
    header.Bytes(raw_);
  }
  raw_.clear();
}

bool DeltaWriter::Finish(std::string* delta) {
  delta->clear();
  if (!raw_.empty()) EndFrame();
  if (too_long_) return false;
  *delta = std::move(frames_);
  return true;
}

}  // namespace perdure
