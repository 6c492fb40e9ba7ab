#include "rtlib/entry/given_resources.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <charconv>
#include <cstring>

#include "rtlib/base/text.h"
#include "rtlib/state/value_text.h"

namespace perdure {
namespace {

constexpr int kFirstSocket = 3;
constexpr uint32_t kSocketsMax = 256;

// The decimal number in a variable; 0 if there is none.
uint32_t NumberIn(const char* value) {
  uint32_t number = 0;
  if (value == nullptr) return 0;
  const char* end = value + std::strlen(value);
  const auto parsed = std::from_chars(value, end, number);
  return parsed.ec == std::errc() && parsed.ptr == end ? number : 0;
}

}  // namespace

Status CheckDirectories(const std::vector<WasiDirectory>& directories) {
  for (const WasiDirectory& directory : directories) {
    const int fd = open(directory.host_path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) {
      return Status(StatusCode::kInvalidArgument,
                    StrCat("--perdure-dir: cannot open ", QuoteText(directory.host_path), ": ",
                           std::strerror(errno)));
    }
    close(fd);
  }
  return OkStatus();
}

std::vector<int> InheritedSockets(const Environment& environment) {
  std::vector<int> sockets;
  if (NumberIn(environment("LISTEN_PID")) != static_cast<uint32_t>(getpid())) return sockets;
  const uint32_t count = NumberIn(environment("LISTEN_FDS"));
  for (uint32_t i = 0; i < count && i < kSocketsMax; ++i) {
    const int fd = kFirstSocket + static_cast<int>(i);
    if (fcntl(fd, F_SETFD, FD_CLOEXEC) != 0) continue;
    // Another process may take the connection we saw; accepting must not wait for the next one.
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    sockets.push_back(fd);
  }
  return sockets;
}

}  // namespace perdure
