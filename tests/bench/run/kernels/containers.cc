/* C++ containers and algorithms: strings, ordered and unordered maps, sort, accumulate. */
#include <algorithm>
#include <map>
#include <numeric>
#include <string>
#include <unordered_map>
#include <vector>

#include "kernel.h"
#include "no_imports.h"

namespace {

uint64_t Round(uint64_t* random) {
  uint64_t result = 0;
  std::map<std::string, uint32_t> ordered;
  std::unordered_map<uint32_t, std::vector<uint32_t>> groups;
  for (uint32_t i = 0; i < 60000; ++i) {
    const uint64_t r = NextRandom(random);
    ordered["key-" + std::to_string(r % 20000) + "-of-many"] += i;
    groups[static_cast<uint32_t>(r >> 40) % 5000].push_back(i);
  }
  for (const auto& [key, value] : ordered) result = Mix(result, key.size() + value);
  std::vector<std::pair<uint32_t, uint32_t>> sizes;
  for (auto& [key, members] : groups) {
    std::sort(members.begin(), members.end(), [](uint32_t a, uint32_t b) {
      return a % 1009 != b % 1009 ? a % 1009 < b % 1009 : a < b;
    });
    sizes.emplace_back(key, std::accumulate(members.begin(), members.end(), 0u) + members[0]);
  }
  std::sort(sizes.begin(), sizes.end());
  for (const auto& [key, sum] : sizes) result = Mix(result, key ^ sum);
  return result;
}

}  // namespace

extern "C" int64_t run(void) {
  uint64_t random = 8, result = 0;
  for (int round = 0; round < 3; ++round) result = Mix(result, Round(&random));
  return static_cast<int64_t>(result);
}
