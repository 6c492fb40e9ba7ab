#include "rtlib/engine/diff.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <random>

#include "rtlib/engine/chunk_compare.h"

namespace perdure {
namespace {

using Image = std::vector<uint8_t>;

std::vector<std::pair<uint64_t, uint64_t>> Runs(const Image& now, const Image& then,
                                                ChunkRange range,
                                                std::vector<uint64_t>* unchanged) {
  std::vector<WordRun> runs;
  unchanged->clear();
  FindRuns(now.data(), then.data(), range, &runs, unchanged);
  std::vector<std::pair<uint64_t, uint64_t>> pairs;
  for (const WordRun& run : runs) pairs.emplace_back(run.first, run.count);
  return pairs;
}

TEST_CASE("runs are maximal, count words and cross chunks") {
  Image then(4 * kChunkBytes, 0), now = then;
  now[0] = 1;                    // word 0
  now[7 * 8 + 7] = 1;            // word 7, its last byte
  now[8 * 8] = 1;                // word 8: the same run over a block's end
  now[kChunkBytes - 1] = 1;      // word 511
  now[kChunkBytes] = 1;          // word 512: the same run over a chunk's end
  now[4 * kChunkBytes - 1] = 1;  // the last word
  std::vector<uint64_t> unchanged;
  const auto runs = Runs(now, then, {0, 4}, &unchanged);
  CHECK(runs == std::vector<std::pair<uint64_t, uint64_t>>{{0, 1}, {7, 2}, {511, 2}, {2047, 1}});
  CHECK(unchanged == std::vector<uint64_t>{2});
  CHECK(Runs(now, then, {2, 3}, &unchanged).empty());
  CHECK(unchanged == std::vector<uint64_t>{2});
}

TEST_CASE("copying the runs makes the images equal, and no run holds an equal word at its ends") {
  std::mt19937 random(1);
  for (int round = 0; round < 100; ++round) {
    Image then(8 * kChunkBytes), now;
    for (uint8_t& byte : then) byte = static_cast<uint8_t>(random() % 3);
    now = then;
    for (int i = 0; i < 200; ++i) now[random() % now.size()] = static_cast<uint8_t>(random() % 3);
    std::vector<WordRun> runs;
    std::vector<uint64_t> unchanged;
    FindRuns(now.data(), then.data(), {0, 3}, &runs, &unchanged);
    FindRuns(now.data(), then.data(), {3, 8}, &runs, &unchanged);
    uint64_t end = 0;
    for (const WordRun& run : runs) {
      REQUIRE(run.count > 0);
      REQUIRE((end == 0 || run.first > end));
      end = run.first + run.count;
      for (uint64_t word = run.first; word < end; ++word) {
        REQUIRE(std::memcmp(&now[word * 8], &then[word * 8], 8) != 0);
      }
      std::memcpy(&then[run.first * 8], &now[run.first * 8], run.count * 8);
    }
    REQUIRE(now == then);
  }
}

TEST_CASE("every version of the comparison finds exactly the words that differ") {
  std::mt19937_64 random(3);
  CHECK(std::string(ChunkComparers().back().name) == "scalar");
  for (int round = 0; round < 300; ++round) {
    Image then(kChunkBytes), now;
    for (uint8_t& byte : then) byte = static_cast<uint8_t>(random());
    now = then;
    // One bit each, from none to all words, at both ends too.
    const uint64_t changes = round % 3 == 0 ? random() % 3 : random() % 600;
    for (uint64_t i = 0; i < changes; ++i) {
      now[random() % kChunkBytes] ^= static_cast<uint8_t>(1 << random() % 8);
    }
    if (round % 10 == 1) now[0] ^= 1;
    if (round % 10 == 2) now[kChunkBytes - 1] ^= 0x80;
    WordMask expected = {};
    bool differs = false;
    for (uint64_t word = 0; word < kChunkWords; ++word) {
      if (std::memcmp(&now[word * 8], &then[word * 8], 8) == 0) continue;
      expected.words[word / 64] |= uint64_t{1} << (word % 64);
      differs = true;
    }
    for (const ChunkComparer& comparer : ChunkComparers()) {
      INFO(comparer.name);
      WordMask mask;
      REQUIRE(comparer.compare(now.data(), then.data(), &mask) == differs);
      if (differs) REQUIRE(std::memcmp(&mask, &expected, sizeof mask) == 0);
    }
  }
}

}  // namespace
}  // namespace perdure
