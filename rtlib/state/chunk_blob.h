// A chunk as a blob: of the base, and of the past as its difference from the base's.
//
//   u8   Encoding
//   u64  hash of (id, the 4096 raw bytes)
//   ...  the bytes, raw or as an LZ4 block, whichever is shorter; of the past: the bytes XOR those
//        of the base's chunk
//
// The images are some hundred events apart, so a difference is zeros nearly everywhere and takes a
// tenth of what the chunk itself would. (Runs of words, as deltas have them, would be 30 % shorter
// still and a second decoder to believe nothing in.)
//
// The id goes into the hash so that a row moved to another id is found out. The hash is over the
// raw bytes: it proves what ends up in memory, decompression included. The header's base digest is
// the sum of these hashes, so a row replaced by an older version of itself is found out as well.
//
// Threads: pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "perdure/status.h"
#include "rtlib/state/format.h"

namespace perdure {

inline constexpr size_t kChunkBlobHeaderBytes = 9;
inline constexpr size_t kChunkBlobBytesMax = kChunkBlobHeaderBytes + kBaseChunkBytes;

struct ChunkBlob {
  std::string bytes;
  uint64_t hash = 0;  // the one inside, for the digest
};

// REQUIRES: `raw` has kBaseChunkBytes bytes.
ChunkBlob EncodeChunk(uint64_t id, const uint8_t* raw);

// Writes kBaseChunkBytes at `raw` and the hash at *hash. kCorrupt if the blob is not what
// EncodeChunk made for this id; `raw` is then unspecified.
Status DecodeChunk(uint64_t id, std::string_view blob, uint8_t* raw, uint64_t* hash);

// The same for a chunk of the past, of which the base has `base`.
ChunkBlob EncodeDifference(uint64_t id, const uint8_t* raw, const uint8_t* base);
Status DecodeDifference(uint64_t id, std::string_view blob, const uint8_t* base, uint8_t* raw,
                        uint64_t* hash);

bool IsZeroChunk(const uint8_t* raw);

}  // namespace perdure
