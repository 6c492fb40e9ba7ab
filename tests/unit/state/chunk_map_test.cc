#include "rtlib/state/chunk_map.h"

#include <catch2/catch.hpp>
#include <random>
#include <set>

#include "rtlib/base/bytes.h"
#include "rtlib/state/format.h"
#include "rtlib/state/small_state.h"
#include "tests/unit/state/golden.h"

namespace perdure {
namespace {

TEST_CASE("a chunk map is the set of what was put in and not taken out, and survives encoding") {
  std::mt19937 random(7);
  ChunkMap map;
  std::set<uint64_t> truth;
  for (int i = 0; i < 20000; ++i) {
    const uint64_t id = ChunkId(random() % 2, random() % 300);
    const bool has_row = random() % 3 != 0;
    map.Set(id, has_row);
    if (has_row) {
      truth.insert(id);
    } else {
      truth.erase(id);
    }
    REQUIRE(map.Has(id) == has_row);
    if (i % 500 != 0) continue;
    ChunkMap decoded;
    REQUIRE(decoded.Decode(map.Encode()).ok());
    for (uint64_t memory = 0; memory < 3; ++memory) {
      for (uint64_t chunk = 0; chunk < 302; ++chunk) {
        const uint64_t at = ChunkId(static_cast<uint32_t>(memory), chunk);
        REQUIRE(map.Has(at) == truth.contains(at));
        REQUIRE(decoded.Has(at) == truth.contains(at));
      }
    }
    REQUIRE(decoded.Encode() == map.Encode());
  }
}

TEST_CASE("the chunk map's section is that of the format") {
  ChunkMap map;
  test::CheckGolden("section_chunk_map_empty", map.Encode());
  for (const uint64_t id : {ChunkId(0, 0), ChunkId(0, 1), ChunkId(0, 300), ChunkId(1, 5)}) {
    map.Set(id, true);
  }
  test::CheckGolden("section_chunk_map", map.Encode());
}

TEST_CASE("a damaged chunk map is refused, and one that is forged stays within its limits") {
  ChunkMap map;
  for (const uint64_t id : {uint64_t{3}, uint64_t{4}, uint64_t{900}}) map.Set(id, true);
  const std::string good = map.Encode();
  ChunkMap other;
  for (size_t at = 0; at < good.size(); ++at) {
    std::string bad = good;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    CHECK(other.Decode(bad).code() == StatusCode::kCorrupt);
    CHECK(other.Decode(good.substr(0, at)).code() == StatusCode::kCorrupt);
  }
  std::mt19937 random(3);
  for (int i = 0; i < 20000; ++i) {
    std::string payload(random() % 20, '\0');
    for (char& byte : payload)
      byte = static_cast<char>(random() % 4 == 0 ? random() : random() % 5);
    std::string section;
    ByteWriter(&section).U64(SectionPayloadHash(kChunkMapSection, payload));
    section += payload;
    if (other.Decode(section).ok()) REQUIRE(other.Encode() == section);
  }
}

}  // namespace
}  // namespace perdure
