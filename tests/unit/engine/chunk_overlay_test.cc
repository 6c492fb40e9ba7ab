#include "rtlib/engine/chunk_overlay.h"

#include <catch2/catch.hpp>

#include <map>
#include <random>
#include <string>
#include <vector>

namespace perdure {
namespace {

constexpr uint64_t kChunks = 4 * kChunksPerPage;
using Memory = std::vector<uint8_t>;

std::string Bytes(std::mt19937* random, size_t size) {
  std::string bytes(size, 0);
  for (char& byte : bytes) byte = static_cast<char>((*random)());
  return bytes;
}

TEST_CASE("an overlay gives each word the last value it got, and leaves the others") {
  std::mt19937 random(7);
  for (int round = 0; round < 50; ++round) {
    ChunkOverlay overlay;
    const std::string before = Bytes(&random, kChunks * kBaseChunkBytes);
    Memory expected(before.begin(), before.end());
    std::map<uint64_t, bool> written;
    for (int write = 0; write < 40; ++write) {
      const uint64_t words = 1 + random() % (write % 10 == 0 ? 1200 : 20);
      const uint64_t at = random() % (kChunks * kBaseChunkBytes / kWordBytes - words) * kWordBytes;
      const std::string bytes = Bytes(&random, words * kWordBytes);
      REQUIRE(overlay.Write(1, at, bytes).ok());
      std::copy(bytes.begin(), bytes.end(), expected.begin() + static_cast<ptrdiff_t>(at));
      for (uint64_t i = 0; i < bytes.size(); i += kWordBytes) {
        written[(at + i) / kBaseChunkBytes] = true;
      }
    }
    Memory memory(before.begin(), before.end());
    uint64_t found = 0;
    for (auto id = overlay.Next(0); id.has_value(); id = overlay.Next(*id + 1)) {
      REQUIRE(ChunkIdMemory(*id) == 1);
      REQUIRE(written.contains(ChunkIdNumber(*id)));
      REQUIRE(overlay.Changes(*id));
      uint8_t* chunk = memory.data() + ChunkIdNumber(*id) * kBaseChunkBytes;
      overlay.Apply(*id, chunk);
      overlay.Apply(*id, chunk);  // on a chunk that has moved: the same
      ++found;
    }
    CHECK(found == written.size());
    CHECK(overlay.size() == written.size());
    CHECK((memory == expected));
  }
}

TEST_CASE("what a memory lost is zeros, but for what was written since") {
  ChunkOverlay overlay;
  const uint64_t kept = ChunkId(0, kChunksPerPage - 1), lost = ChunkId(0, kChunksPerPage),
                 rewritten = ChunkId(0, kChunksPerPage + 1);
  for (const uint64_t id : {kept, lost, rewritten}) {
    REQUIRE(overlay.Write(0, ChunkIdNumber(id) * kBaseChunkBytes, std::string(64, 'a')).ok());
  }
  const uint64_t bytes_of_three = overlay.bytes();
  REQUIRE(overlay.Resize(0, 4, 1).ok());
  REQUIRE(overlay.Resize(0, 1, 4).ok());
  CHECK(overlay.size() == 1);
  CHECK(overlay.bytes() == bytes_of_three / 3);
  const uint64_t place = ChunkIdNumber(rewritten) * kBaseChunkBytes + 8;
  REQUIRE(overlay.Write(0, place, std::string(8, 'b')).ok());
  uint64_t from;
  REQUIRE(overlay.LostFrom(0, &from));
  CHECK(from == lost);
  const auto applied = [&](uint64_t id) {
    std::string chunk(kBaseChunkBytes, 'x');
    overlay.Apply(id, reinterpret_cast<uint8_t*>(chunk.data()));
    return chunk;
  };
  CHECK(applied(kept) == std::string(64, 'a') + std::string(kBaseChunkBytes - 64, 'x'));
  CHECK(applied(lost) == std::string(kBaseChunkBytes, 0));
  std::string expected(kBaseChunkBytes, 0);
  expected.replace(8, 8, std::string(8, 'b'));
  CHECK(applied(rewritten) == expected);
  overlay.Drop(rewritten);
  CHECK(overlay.bytes() == bytes_of_three / 3);
  CHECK(applied(rewritten) == std::string(kBaseChunkBytes, 0));
  overlay.Drop(rewritten);
  overlay.Drop(kept);
  CHECK(overlay.size() == 0);
  CHECK(overlay.bytes() == 0);
  CHECK_FALSE(overlay.Changes(kept));
  overlay.Clear();
  CHECK_FALSE(overlay.LostAny());
}

TEST_CASE("an overlay takes little more memory than the words that got a value") {
  ChunkOverlay overlay;
  for (int times = 0; times < 10; ++times) {
    for (uint64_t chunk = 0; chunk < 1000; ++chunk) {
      REQUIRE(overlay.Write(0, chunk * kBaseChunkBytes + 80, std::string(40, 'a')).ok());
    }
  }
  CHECK(overlay.bytes() < 1000 * (40 + 220));
}

}  // namespace
}  // namespace perdure
