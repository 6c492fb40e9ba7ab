// Homes: between the struct of a resume form and the slots of its function.
#include <catch2/catch.hpp>
#include <cstring>

#include "perdure/resume.h"

namespace {

struct Home {
  uint64_t wide[2];
  uint32_t narrow[3];
};

TEST_CASE("the members of a home go to the slots that are named, and come back from them") {
  perdure_slot slots[8];
  std::memset(slots, 0xee, sizeof slots);
  perdure_capture capture = {};
  capture.slots = slots;
  const uint32_t numbers[] = {2, 3, 5, 1, 0, 7, 2};
  const Home home = {{1ull << 63, 2}, {3, 4, 0xffffffff}};
  perdure_put_home(&capture, &home, numbers);
  CHECK(slots[5].words[0] == 1ull << 63);
  CHECK(slots[1].words[0] == 2);
  CHECK(static_cast<uint32_t>(slots[0].words[0]) == 3);
  CHECK(static_cast<uint32_t>(slots[7].words[0]) == 4);
  CHECK(slots[2].words[0] == 0xeeeeeeee'ffffffff);
  CHECK(slots[3].words[0] == 0xeeeeeeee'eeeeeeee);
  Home back = {};
  perdure_take_home(&capture, &back, numbers);
  CHECK(std::memcmp(&back, &home, sizeof home.wide + sizeof home.narrow) == 0);
}

}  // namespace
