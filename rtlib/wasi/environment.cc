// args_* and environ_*: string lists copied into the guest in two steps, sizes first.
#include <cstring>
#include <limits>
#include <string>
#include <string_view>

#include "perdure/wasi.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/guest_memory.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {
namespace {

// A list of strings without owning or building one: no destructor may be pending in a host
// function.
class StringList {
 public:
  static StringList Arguments(perdure_host* host) {
    return StringList(perdure_program_name(host), nullptr);
  }
  static StringList Environment(perdure_host* host) {
    return StringList(nullptr, host->wasi == nullptr ? nullptr : &host->wasi->environment);
  }

  size_t size() const { return single_ != nullptr ? 1 : many_ != nullptr ? many_->size() : 0; }
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
  uint64_t pointers = pointers_address;
  uint64_t bytes = bytes_address;
  for (size_t i = 0; i < list.size(); ++i) {
    std::string_view text = list.at(i);
    auto view = static_cast<char*>(View(host, bytes, text.size() + 1, PERDURE_WRITE));
    if (view == nullptr) return Errno::kFault;
    if (!Store(host, pointers, static_cast<uint32_t>(bytes))) return Errno::kFault;
    std::memcpy(view, text.data(), text.size());
    view[text.size()] = '\0';
    pointers += sizeof(uint32_t);
    bytes += text.size() + 1;
  }
  return Errno::kSuccess;
}

}  // namespace
}  // namespace perdure::wasi

using perdure::wasi::StringList;

uint32_t PERDURE_WASI(args_get)(perdure_host* host, uint32_t argv, uint32_t argv_buf) {
  return static_cast<uint32_t>(PutStrings(host, StringList::Arguments(host), argv, argv_buf));
}

uint32_t PERDURE_WASI(args_sizes_get)(perdure_host* host, uint32_t argc, uint32_t argv_buf_size) {
  return static_cast<uint32_t>(PutSizes(host, StringList::Arguments(host), argc, argv_buf_size));
}

uint32_t PERDURE_WASI(environ_get)(perdure_host* host, uint32_t environ, uint32_t environ_buf) {
  return static_cast<uint32_t>(
      PutStrings(host, StringList::Environment(host), environ, environ_buf));
}

uint32_t PERDURE_WASI(environ_sizes_get)(perdure_host* host, uint32_t count, uint32_t buf_size) {
  return static_cast<uint32_t>(PutSizes(host, StringList::Environment(host), count, buf_size));
}
