// The durable formats, as constants shared by their writers and readers.
//
// What a store keeps is opaque to it; this folder gives it meaning. Three kinds of blob:
//   base chunk    one 4096-byte chunk of a linear memory                   chunk_blob.h
//   base section  everything that is not linear memory, one blob per part  small_state.h
//                 (the one for the call stack: stack_codec.h)
//   delta         what one event changed of all of that                    delta_writer.h
// and two that are no part of the state:
//   effects       what one event sent outside                              effects.h
//   outlet        where that was to go on                                  outlet.h
// Values never depend on the build: a function is its index, integers are little endian, floats are
// their bits. docs/internals/state-format.md has the layouts byte by byte.
//
// A change that an older reader would misread raises kStateFormatVersion.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

namespace perdure {

inline constexpr uint32_t kStateFormatVersion = 6;

static_assert(std::endian::native == std::endian::little,
              "memory images are copied as they lie; a big-endian host needs a conversion here");

// A chunk's id in the store: which memory, which chunk of it.
inline constexpr uint64_t kBaseChunkBytes = 4096;
inline constexpr int kChunkIdMemoryShift = 40;
inline constexpr uint64_t kChunkIdNumberMask = (uint64_t{1} << kChunkIdMemoryShift) - 1;

constexpr uint64_t ChunkId(uint32_t memory, uint64_t chunk) {
  return (uint64_t{memory} << kChunkIdMemoryShift) | chunk;
}
constexpr uint32_t ChunkIdMemory(uint64_t id) {
  return static_cast<uint32_t>(id >> kChunkIdMemoryShift);
}
constexpr uint64_t ChunkIdNumber(uint64_t id) { return id & kChunkIdNumberMask; }

// 64 KiB wasm pages of which every chunk has an id. No program can ask for more and get it.
inline constexpr uint64_t kPageBytes = 65536;
inline constexpr uint64_t kChunksPerPage = kPageBytes / kBaseChunkBytes;
inline constexpr uint64_t kMemoryPagesMax = (kChunkIdNumberMask + 1) / kChunksPerPage;
static_assert(kPageBytes % kBaseChunkBytes == 0);
static_assert(kMemoryPagesMax * kPageBytes == uint64_t{1} << 52, "byte offsets cannot overflow");

// First byte of a chunk blob and of a delta.
enum class Encoding : uint8_t { kRaw = 1, kLz4 = 2 };

// Base sections; a state has every one of them.
enum class SectionTag : uint32_t {
  kMemories = 1,   // sizes
  kGlobals = 2,    // mutable globals
  kTables = 3,     // sizes and elements
  kSegments = 4,   // which data and element segments are dropped
  kHostTable = 5,  // the host's own bytes
  kStack = 6,      // the captured call stack of a run
};
inline constexpr uint32_t kSectionCount = 6;
// And the base one more, about itself (chunk_map.h).
inline constexpr uint32_t kChunkMapSection = 7;
static_assert(kChunkMapSection == kSectionCount + 1);

// Parts of a delta, in this order, each at most once.
enum class DeltaTag : uint8_t {
  kMemorySizes = 1,
  kMemoryRuns = 2,
  kGlobals = 3,
  kTables = 4,
  kSegments = 5,
  kHostTable = 6,
  kStack = 7,
};

// Memory is compared and stored in words.
inline constexpr uint64_t kWordBytes = 8;
static_assert(kBaseChunkBytes % kWordBytes == 0);

// A delta's frame ends where it has become this long; bytes, before compression. Few, so that it is
// compressed while it is in a cache and each stretch of an event on its own merits; enough for LZ4
// to find what repeats (it looks back 64 KiB).
inline constexpr uint64_t kDeltaFrameBytes = uint64_t{256} << 10;

// Limits, checked by writers and readers alike.
// Of a frame, before compression: only runs of memory can be continued in the next one.
inline constexpr uint64_t kDeltaFrameBytesMax = 900'000'000;
inline constexpr uint32_t kTableElementsMax = 1u << 24;  // where the program declares no maximum
inline constexpr uint64_t kHostTableBytesMax = uint64_t{16} << 20;
inline constexpr uint64_t kStackBytesMax = uint64_t{512} << 20;
// A native frame takes 16 bytes or more of the stack on which it is captured.
inline constexpr uint64_t kStackFramesMax = uint64_t{1} << 24;
// LZ4 cannot expand a byte to more than 255; a blob claiming more is corrupt, and is refused before
// anything is allocated for it.
inline constexpr uint64_t kLz4ExpansionMax = 255;

// A reference as stored: function index, or this for null. Externrefs can only be null.
inline constexpr uint32_t kNullRef = 0xffffffffu;

}  // namespace perdure
