// A key-value store in ordinary C++: a std::map of std::strings, on the heap of libc++. Nothing
// here saves or loads anything.
//
// Words of up to eight characters travel in an integer, the first character in the lowest byte,
// because the exports of a module take numbers; kv.sh packs them.
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>

namespace {

std::map<std::string, std::string> table;

std::string Unpack(uint64_t word) {
  std::string text;
  for (; word != 0; word >>= 8) text.push_back(static_cast<char>(word & 0xff));
  return text;
}

}  // namespace

#define EXPORT(name) extern "C" __attribute__((export_name(#name)))

// Returns the number of keys.
EXPORT(put) int32_t put(uint64_t key, uint64_t value) {
  table[Unpack(key)] = Unpack(value);
  return static_cast<int32_t>(table.size());
}

// Lengthens the value, past what an integer could hold. Returns its length.
EXPORT(append) int32_t append(uint64_t key, uint64_t value) {
  std::string& stored = table[Unpack(key)];
  stored += Unpack(value);
  return static_cast<int32_t>(stored.size());
}

// Prints the value on a line of its own and returns 1; returns 0 if there is no such key.
EXPORT(get) int32_t get(uint64_t key) {
  auto found = table.find(Unpack(key));
  if (found == table.end()) return 0;
  std::puts(found->second.c_str());
  std::fflush(stdout);
  return 1;
}

// Returns 1 if the key was there.
EXPORT(erase) int32_t erase(uint64_t key) { return static_cast<int32_t>(table.erase(Unpack(key))); }

// Prints all pairs in the order of their keys. Returns their number.
EXPORT(list) int32_t list() {
  for (const auto& [key, value] : table) std::printf("%s = %s\n", key.c_str(), value.c_str());
  std::fflush(stdout);
  return static_cast<int32_t>(table.size());
}
