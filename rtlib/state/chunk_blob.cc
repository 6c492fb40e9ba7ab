#include "rtlib/state/chunk_blob.h"

#include <cstring>

#include "rtlib/base/bytes.h"
#include "rtlib/base/check.h"
#include "rtlib/base/compress.h"
#include "rtlib/base/hash.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

uint64_t ChunkHash(uint64_t id, const uint8_t* raw) {
  return Hash64({reinterpret_cast<const char*>(raw), kBaseChunkBytes}, id);
}

Status Corrupt(uint64_t id, std::string_view what) {
  return Status(StatusCode::kCorrupt, StrCat("base chunk ", ChunkIdNumber(id), " of memory ",
                                             ChunkIdMemory(id), " ", what));
}

ChunkBlob Pack(uint64_t hash, const uint8_t* bytes) {
  ChunkBlob blob;
  blob.hash = hash;
  ByteWriter writer(&blob.bytes);
  writer.U8(static_cast<uint8_t>(Encoding::kLz4));
  writer.U64(hash);
  const std::string_view content(reinterpret_cast<const char*>(bytes), kBaseChunkBytes);
  if (Compress(content, &blob.bytes) >= kBaseChunkBytes) {
    blob.bytes.resize(kChunkBlobHeaderBytes);
    blob.bytes[0] = static_cast<char>(Encoding::kRaw);
    blob.bytes.append(content);
  }
  PERDURE_CHECK(blob.bytes.size() <= kChunkBlobBytesMax, "chunk blob larger than its limit");
  return blob;
}

Status Unpack(uint64_t id, std::string_view blob, uint8_t* bytes, uint64_t* hash) {
  if (blob.size() > kChunkBlobBytesMax) return Corrupt(id, "is too large");
  ByteReader reader(blob);
  const uint8_t encoding = reader.U8();
  *hash = reader.U64();
  if (!reader.ok()) return Corrupt(id, "is cut short");
  const std::string_view payload = reader.Raw(reader.remaining());
  if (encoding == static_cast<uint8_t>(Encoding::kRaw)) {
    if (payload.size() != kBaseChunkBytes) return Corrupt(id, "has the wrong size");
    std::memcpy(bytes, payload.data(), kBaseChunkBytes);
  } else if (encoding == static_cast<uint8_t>(Encoding::kLz4)) {
    if (!Decompress(payload, bytes, kBaseChunkBytes)) return Corrupt(id, "does not decompress");
  } else {
    return Corrupt(id, "has an unknown encoding");
  }
  return OkStatus();
}

Status Verify(uint64_t id, const uint8_t* raw, uint64_t hash) {
  return ChunkHash(id, raw) == hash ? OkStatus() : Corrupt(id, "does not match its hash");
}

void Xor(const uint8_t* a, const uint8_t* b, uint8_t* result) {
  for (size_t i = 0; i < kBaseChunkBytes; ++i) result[i] = a[i] ^ b[i];
}

}  // namespace

ChunkBlob EncodeChunk(uint64_t id, const uint8_t* raw) { return Pack(ChunkHash(id, raw), raw); }

Status DecodeChunk(uint64_t id, std::string_view blob, uint8_t* raw, uint64_t* hash) {
  PERDURE_TRY(Unpack(id, blob, raw, hash));
  return Verify(id, raw, *hash);
}

ChunkBlob EncodeDifference(uint64_t id, const uint8_t* raw, const uint8_t* base) {
  uint8_t difference[kBaseChunkBytes];
  Xor(raw, base, difference);
  return Pack(ChunkHash(id, raw), difference);
}

Status DecodeDifference(uint64_t id, std::string_view blob, const uint8_t* base, uint8_t* raw,
                        uint64_t* hash) {
  PERDURE_TRY(Unpack(id, blob, raw, hash));
  Xor(raw, base, raw);
  return Verify(id, raw, *hash);
}

bool IsZeroChunk(const uint8_t* raw) {
  // A block of zeros equals itself shifted by one word; memcmp is the fastest scan there is.
  uint64_t first;
  std::memcpy(&first, raw, sizeof(first));
  return first == 0 && std::memcmp(raw, raw + sizeof(first), kBaseChunkBytes - sizeof(first)) == 0;
}

}  // namespace perdure
