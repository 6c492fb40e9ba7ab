// AvailableMemoryBytes() of subprocess.h.
#include <algorithm>
#include <charconv>
#include <cstdint>
#include <string>
#include <string_view>

#include "compiler/driver/files.h"
#include "compiler/driver/subprocess.h"
#include "rtlib/base/text.h"

namespace perdure {
namespace {

// The number behind `key` and blanks; UINT64_MAX if there is none ("max").
uint64_t NumberAfter(std::string_view text, std::string_view key) {
  const size_t at = text.find(key);
  uint64_t number = UINT64_MAX;
  if (at == std::string_view::npos) return number;
  text.remove_prefix(at + key.size());
  text.remove_prefix(std::min(text.find_first_not_of(' '), text.size()));
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

uint64_t NumberIn(const std::string& path) {
  const Result<std::string> text = ReadFile(path);
  return text.ok() ? NumberAfter(*text, "") : UINT64_MAX;
}

// The least limit of this process's control group and those above it. How much of it is in use does
// not count: most of that is files, which make room.
uint64_t ControlGroupBytes() {
  const Result<std::string> own = ReadFile("/proc/self/cgroup");
  constexpr std::string_view kUnified = "0::";
  if (!own.ok() || !own->starts_with(kUnified)) return UINT64_MAX;
  std::string group = own->substr(kUnified.size(), own->find('\n') - kUnified.size());
  uint64_t least = UINT64_MAX;
  while (true) {
    const std::string folder = StrCat("/sys/fs/cgroup", group);
    least = std::min(least, NumberIn(folder + "/memory.max"));
    const size_t slash = group.rfind('/');
    if (slash == std::string::npos || group.size() == 1) return least;
    group.resize(std::max<size_t>(slash, 1));
  }
}

}  // namespace

uint64_t AvailableMemoryBytes() {
  const Result<std::string> machine = ReadFile("/proc/meminfo");
  const uint64_t free_kib =
      machine.ok() ? NumberAfter(*machine, "MemAvailable:") : UINT64_MAX / 1024;
  const uint64_t free_bytes = std::min(free_kib, UINT64_MAX / 1024) * 1024;
  return std::min(free_bytes, ControlGroupBytes());
}

}  // namespace perdure
