// args_* and environ_*: string lists copied into the guest in two steps, sizes first.
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/host_table.h"

namespace perdure::wasi {
namespace {

// A list of strings without owning or building one: no destructor may be pending in a host
// function.
class StringList {
 public:
  // Those of the run; of a reactor, which has none, its name and this process's options.
  static StringList Arguments(perdure_host* host) {
    const std::optional<RunRecord>& run = host->live_table->record().run;
    if (run.has_value()) return StringList(nullptr, &run->arguments);
    return StringList(perdure_program_name(host), nullptr);
  }
  static StringList Environment(perdure_host* host) {
    const std::optional<RunRecord>& run = host->live_table->record().run;
    if (run.has_value()) return StringList(nullptr, &run->environment);
    return StringList(nullptr, &host->live_table->options().environment);
  }

  size_t size() const { return single_ != nullptr ? 1 : many_->size(); }
  std::string_view at(size_t i) const {
    if (single_ != nullptr) return single_;
    return (*many_)[i];
  }

  // Bytes of all strings with their NULs.
  uint64_t TotalBytes() const {
    uint64_t total = 0;
    for (size_t i = 0; i < size(); ++i) total += at(i).size() + 1;
    return total;
  }

 private:
  StringList(const char* single, const std::vector<std::string>* many)
      : single_(single), many_(many) {}
  const char* single_;
  const std::vector<std::string>* many_;
};

Errno PutSizes(perdure_host* host, const StringList& list, uint32_t count_address,
               uint32_t bytes_address) {
  uint64_t bytes = list.TotalBytes();
  if (bytes > std::numeric_limits<uint32_t>::max()) return Errno::kOverflow;
  bool stored = Store(host, count_address, static_cast<uint32_t>(list.size())) &&
                Store(host, bytes_address, static_cast<uint32_t>(bytes));
  return stored ? Errno::kSuccess : Errno::kFault;
}

Errno PutStrings(perdure_host* host, const StringList& list, uint32_t pointers_address,
                 uint32_t bytes_address) {
  auto* pointers = static_cast<char*>(
      View(host, pointers_address, list.size() * sizeof(uint32_t), PERDURE_WRITE));
  auto* bytes = static_cast<char*>(View(host, bytes_address, list.TotalBytes(), PERDURE_WRITE));
  if (pointers == nullptr || bytes == nullptr) return Errno::kFault;
  uint32_t address = bytes_address;
  for (size_t i = 0; i < list.size(); ++i) {
    const std::string_view text = list.at(i);
    std::memcpy(pointers, &address, sizeof address);
    std::memcpy(bytes, text.data(), text.size());
    bytes[text.size()] = '\0';
    pointers += sizeof address;
    bytes += text.size() + 1;
    address += static_cast<uint32_t>(text.size() + 1);
  }
  return Errno::kSuccess;
}

}  // namespace
}  // namespace perdure::wasi

using perdure::wasi::StringList;

uint32_t PERDURE_WASI(args_get)(perdure_host* host, uint32_t argv, uint32_t argv_buf) {
  return Number(PutStrings(host, StringList::Arguments(host), argv, argv_buf));
}

uint32_t PERDURE_WASI(args_sizes_get)(perdure_host* host, uint32_t argc, uint32_t argv_buf_size) {
  return Number(PutSizes(host, StringList::Arguments(host), argc, argv_buf_size));
}

uint32_t PERDURE_WASI(environ_get)(perdure_host* host, uint32_t variables, uint32_t environ_buf) {
  return Number(PutStrings(host, StringList::Environment(host), variables, environ_buf));
}

uint32_t PERDURE_WASI(environ_sizes_get)(perdure_host* host, uint32_t count, uint32_t buf_size) {
  return Number(PutSizes(host, StringList::Environment(host), count, buf_size));
}
