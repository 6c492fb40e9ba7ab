// DeltaWriter: what one event changed, as the blob of its log row: one frame or more, of
//
//   u8      Encoding of the payload
//   varint  size of the raw payload
//   varint  size of the payload as it is here, if it is compressed
//   ...     payload: the parts below, in this order, each if not empty:  u8 DeltaTag, body
//
// Frames follow each other as if they were one, but that the part kMemoryRuns may go on in the next
// frame. So a delta can be of any length, is compressed piece by piece, and no reader or writer
// ever holds more of it raw than a frame.
//
//   kMemorySizes  { varint memory + 1, varint pages }* 0     smaller: what is above is gone
//   kMemoryRuns   { varint memory + 1, { varint words, varint gap, words * 8 bytes }* 0 }* 0
//   kGlobals      { varint global + 1, value }* 0
//   kTables       { varint table + 1, varint size,
//                   { varint length, varint gap, reference* }* 0 }* 0
//   kSegments     { varint segment + 1 }* 0     dropped now if they were not, else there again
//   kHostTable    varint length, bytes
//   kStack        varint kept at the front, varint kept at the back, varint length, bytes between
//
// Indices ascend within a part, in each of its frames. A gap counts the words (elements) between
// the end of the previous run of the same memory (table) in the frame and this one. A size stands
// for the whole part: elements and words beyond an old size are compared with null and zero.
// Memories and tables become smaller, and dropped segments come back, only where an event begins a
// new run of a command.
//
// Why runs of changed words: a chunk that real programs dirty has 1 to 13 % of its bytes changed,
// so runs are an order of magnitude smaller than chunks, even compressed ones. Why no gap is
// swallowed: an unchanged word costs 8 bytes before LZ4, another run 2. So even a chunk in which
// everything changed is shorter as runs than as a chunk of its own, but for the 4 bytes that say
// so; what can be saved there is the attempt to compress it (Compresses() in delta_writer.cc).
//
// There is no hash in here: the log's chain covers the row.
//
// Threads: confined to one thread.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "rtlib/base/bytes.h"
#include "rtlib/state/format.h"
#include "rtlib/state/portable_value.h"

namespace perdure {

class DeltaWriter {
 public:
  DeltaWriter() : writer_(&raw_) {}

  // About so many bytes are going to be written; more is no error.
  void Expect(uint64_t bytes);

  // REQUIRES: calls come in the order of the parts, indices and positions ascending within each.
  void MemorySize(uint32_t memory, uint64_t pages);
  // `words` * kWordBytes bytes from word `first` of the memory on.
  void MemoryRun(uint32_t memory, uint64_t first, uint64_t words, const uint8_t* bytes);
  void Global(uint32_t global, uint8_t type, const PortableValue& value);
  void TableSize(uint32_t table, uint32_t size);  // before the runs of each changed table
  void TableRun(uint32_t table, uint32_t first, std::span<const uint32_t> functions);
  void SegmentToggled(uint32_t segment);
  void HostTable(std::string_view bytes);
  // `now` differs from `then`. Its outer frames, which are at the front, mostly do not.
  void Stack(std::string_view then, std::string_view now);

  // Sets *delta: the blob, or the empty string if nothing was written. False, with
  // *delta empty, if a frame would pass kDeltaFrameBytesMax. The writer is spent.
  bool Finish(std::string* delta);

 private:
  void EnterPart(DeltaTag tag);
  void EnterIndex(DeltaTag tag, uint32_t index);
  void EndIndex();
  void EndPart();
  void BeginRun(uint64_t first, uint64_t length);
  void EndFrame();

  std::string frames_;  // finished ones
  bool too_long_ = false;
  std::string raw_;  // the present one
  ByteWriter writer_;
  uint8_t part_ = 0;         // DeltaTag being written; 0: none yet
  uint64_t next_index_ = 0;  // lowest index still allowed in the part
  bool runs_open_ = false;   // the current index has a run list to end
  uint64_t next_place_ = 0;  // end of the last run
};

}  // namespace perdure
