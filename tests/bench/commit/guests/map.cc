/* A key-value store: a std::map of std::strings. An event overwrites, removes and inserts a few. */
#include <map>
#include <string>

#include "no_imports.h"
#include "trace.h"

namespace {

constexpr uint64_t kKeys = 120000;
constexpr int kPairsAnEvent = 6;

std::map<std::string, std::string> table;
uint64_t random_state = 88172645463325252ull;

std::string KeyOf(uint64_t number) { return "user/" + std::to_string(number * 7919) + "/profile"; }

std::string ValueOf(uint64_t number) {
  std::string value = "{\"id\":" + std::to_string(number) + ",\"visits\":";
  value += std::to_string(NextRandom(&random_state) % 1000) + ",\"name\":\"";
  value.append(16 + number % 48, static_cast<char>('a' + number % 26));
  return value + "\"}";
}

}  // namespace

void setup() {
  for (uint64_t i = 0; i < kKeys; ++i) table[KeyOf(i)] = ValueOf(i);
}

int64_t event(int64_t number) {
  uint64_t result = static_cast<uint64_t>(number);
  for (int i = 0; i < kPairsAnEvent; ++i) {
    const uint64_t key = NextRandom(&random_state) % kKeys;
    std::string& value = table[KeyOf(key)];
    result = Mix(result, value.size());
    value = ValueOf(key);
    const uint64_t gone = NextRandom(&random_state) % kKeys;
    if (table.erase(KeyOf(gone)) != 0) table[KeyOf(gone)] = ValueOf(gone);
  }
  return static_cast<int64_t>(result);
}
