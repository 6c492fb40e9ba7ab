#include "rtlib/state/chunk_blob.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <random>
#include <vector>

#include "tests/unit/state/golden.h"

namespace perdure {
namespace {

using Raw = std::vector<uint8_t>;

Raw SparseChunk() {
  Raw raw(kBaseChunkBytes, 0);
  for (size_t i = 0; i < raw.size(); i += 100) raw[i] = static_cast<uint8_t>(i);
  return raw;
}

Raw RandomChunk() {
  std::mt19937 random(1);
  Raw raw(kBaseChunkBytes);
  for (uint8_t& byte : raw) byte = static_cast<uint8_t>(random());
  return raw;
}

TEST_CASE("a chunk decodes to its bytes, compressed if that is shorter and raw if not") {
  for (const Raw& raw : {SparseChunk(), RandomChunk(), Raw(kBaseChunkBytes, 7)}) {
    const ChunkBlob blob = EncodeChunk(ChunkId(1, 5), raw.data());
    Raw back(kBaseChunkBytes);
    uint64_t hash;
    REQUIRE(DecodeChunk(ChunkId(1, 5), blob.bytes, back.data(), &hash).ok());
    CHECK(back == raw);
    CHECK(hash == blob.hash);
  }
  CHECK(EncodeChunk(0, SparseChunk().data()).bytes.size() < 500);
  CHECK(EncodeChunk(0, RandomChunk().data()).bytes.size() == kChunkBlobBytesMax);
}

TEST_CASE("every flipped bit of a chunk blob is found, or changes nothing") {
  for (const Raw& raw : {SparseChunk(), RandomChunk()}) {
    const ChunkBlob blob = EncodeChunk(9, raw.data());
    for (size_t bit = 0; bit < blob.bytes.size() * 8; ++bit) {
      std::string bad = blob.bytes;
      bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
      Raw back(kBaseChunkBytes);
      uint64_t hash;
      if (DecodeChunk(9, bad, back.data(), &hash).ok()) {
        REQUIRE(back == raw);
        REQUIRE(hash == blob.hash);
      }
    }
  }
}

TEST_CASE("a chunk at another id, cut short or too long is corrupt") {
  const ChunkBlob blob = EncodeChunk(ChunkId(0, 1), SparseChunk().data());
  Raw back(kBaseChunkBytes);
  uint64_t hash;
  CHECK(DecodeChunk(ChunkId(0, 2), blob.bytes, back.data(), &hash).code() == StatusCode::kCorrupt);
  CHECK(DecodeChunk(ChunkId(1, 1), blob.bytes, back.data(), &hash).code() == StatusCode::kCorrupt);
  for (size_t size = 0; size < blob.bytes.size(); ++size) {
    CHECK_FALSE(DecodeChunk(ChunkId(0, 1), blob.bytes.substr(0, size), back.data(), &hash).ok());
  }
  CHECK_FALSE(DecodeChunk(ChunkId(0, 1), blob.bytes + "x", back.data(), &hash).ok());
  CHECK_FALSE(DecodeChunk(ChunkId(0, 1), std::string(9000, '\1'), back.data(), &hash).ok());
}

TEST_CASE("a difference decodes on the chunk it was made for, and on no other") {
  const Raw base = RandomChunk();
  Raw raw = base, back(kBaseChunkBytes);
  for (size_t i = 40; i < raw.size(); i += 1000) ++raw[i];
  const ChunkBlob blob = EncodeDifference(9, raw.data(), base.data());
  CHECK(blob.bytes.size() < 100);
  CHECK(blob.hash == EncodeChunk(9, raw.data()).hash);
  uint64_t hash;
  REQUIRE(DecodeDifference(9, blob.bytes, base.data(), back.data(), &hash).ok());
  CHECK(back == raw);
  CHECK(hash == blob.hash);
  const Raw other = SparseChunk();
  CHECK(DecodeDifference(9, blob.bytes, other.data(), back.data(), &hash).code() ==
        StatusCode::kCorrupt);
  for (size_t bit = 0; bit < blob.bytes.size() * 8; ++bit) {
    std::string bad = blob.bytes;
    bad[bit / 8] = static_cast<char>(bad[bit / 8] ^ (1 << (bit % 8)));
    if (DecodeDifference(9, bad, base.data(), back.data(), &hash).ok()) REQUIRE(back == raw);
  }
  // Nothing in common: as large as the chunk itself.
  const ChunkBlob whole = EncodeDifference(9, other.data(), base.data());
  CHECK(whole.bytes.size() == kChunkBlobBytesMax);
  REQUIRE(DecodeDifference(9, whole.bytes, base.data(), back.data(), &hash).ok());
  CHECK(back == other);
}

TEST_CASE("a chunk is zero only if all its bytes are") {
  Raw raw(kBaseChunkBytes, 0);
  CHECK(IsZeroChunk(raw.data()));
  for (const size_t at : {size_t{0}, size_t{7}, size_t{8}, size_t{2000}, kBaseChunkBytes - 1}) {
    raw[at] = 1;
    CHECK_FALSE(IsZeroChunk(raw.data()));
    raw[at] = 0;
  }
  CHECK_FALSE(IsZeroChunk(Raw(kBaseChunkBytes, 7).data()));
}

TEST_CASE("the bytes of chunk blobs are those of the format") {
  const std::string lz4 =
      test::Golden("chunk_lz4", EncodeChunk(ChunkId(1, 2), SparseChunk().data()).bytes);
  Raw back(kBaseChunkBytes);
  uint64_t hash;
  CHECK(DecodeChunk(ChunkId(1, 2), lz4, back.data(), &hash).ok());
  CHECK(back == SparseChunk());
  const std::string raw = EncodeChunk(ChunkId(0, 7), RandomChunk().data()).bytes;
  test::CheckGolden("chunk_raw_head", raw.substr(0, 32));
  Raw past = RandomChunk();
  past[100] ^= 1;
  const std::string difference = test::Golden(
      "chunk_difference", EncodeDifference(7, past.data(), RandomChunk().data()).bytes);
  REQUIRE(DecodeDifference(7, difference, RandomChunk().data(), back.data(), &hash).ok());
  CHECK(back == past);
}

}  // namespace
}  // namespace perdure
