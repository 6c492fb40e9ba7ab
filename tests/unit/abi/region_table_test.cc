// RegionTable. Invariants (n) are those of rtlib/abi/region_table.h.
#include "rtlib/abi/region_table.h"

#include <catch2/catch.hpp>
#include <thread>

namespace perdure::abi {
namespace {

TEST_CASE("regions are found by any address inside them, until erased") {
  static RegionTable::Slot slots[3];
  RegionTable table{slots};
  REQUIRE(table.Insert({.begin = 100, .end = 200, .words = {1, 2}}));
  REQUIRE(table.Insert({.begin = 200, .end = 300, .words = {3, 4}}));
  RegionTable::Region region;
  REQUIRE(table.Find(199, &region));
  CHECK(region.words[1] == 2);
  REQUIRE(table.Find(200, &region));
  CHECK(region.begin == 200);
  CHECK_FALSE(table.Find(99, &region));
  CHECK_FALSE(table.Find(300, &region));
  table.Erase(100);
  CHECK_FALSE(table.Find(150, &region));
  CHECK(table.Words(100) == nullptr);
  REQUIRE(table.Words(200) != nullptr);
  table.Words(200)[0] = 9;
  REQUIRE(table.Find(250, &region));
  CHECK(region.words[0] == 9);
}

TEST_CASE("a full table refuses, and takes again what was erased") {
  static RegionTable::Slot slots[2];
  RegionTable table{slots};
  REQUIRE(table.Insert({.begin = 1, .end = 2, .words = {}}));
  REQUIRE(table.Insert({.begin = 2, .end = 3, .words = {}}));
  CHECK_FALSE(table.Insert({.begin = 3, .end = 4, .words = {}}));
  table.Erase(1);
  CHECK(table.Insert({.begin = 3, .end = 4, .words = {}}));
}

TEST_CASE("a reader never sees a mixture of two regions (1)") {
  static RegionTable::Slot slots[1];
  RegionTable table{slots};
  std::atomic<bool> stop = false;
  std::thread writer([&] {
    for (uintptr_t i = 1; !stop; i = i % 1000 + 1) {
      // Region i covers [i * 100, i * 100 + 50) and says so twice more.
      static_cast<void>(table.Insert({.begin = i * 100, .end = i * 100 + 50, .words = {i, i}}));
      table.Erase(i * 100);
    }
  });
  uint64_t found = 0;
  uint64_t mixed = 0;
  for (uint64_t n = 0; n < 2000000; ++n) {
    RegionTable::Region region;
    const uintptr_t address = n % 100100;
    if (!table.Find(address, &region)) continue;
    ++found;
    mixed += region.begin != region.words[0] * 100 || region.end != region.begin + 50 ||
             region.words[0] != region.words[1] || address < region.begin || address >= region.end;
  }
  stop = true;
  writer.join();
  INFO(found << " found");
  CHECK(mixed == 0);
}

}  // namespace
}  // namespace perdure::abi
