// A base chunk as a blob.
//
//   u8   Encoding
//   u64  hash of (id, the 4096 raw bytes)
//   ...  the bytes, raw or as an LZ4 block, whichever is shorter
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

bool IsZeroChunk(const uint8_t* raw);

}  // namespace perdure
