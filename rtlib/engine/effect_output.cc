#include "rtlib/engine/effect_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

namespace perdure {
namespace {

void WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd wait = {fd, POLLOUT, 0};
      if (poll(&wait, 1, -1) < 0 && errno != EINTR) return;
    } else if (errno != EINTR) {
      return;
    }
  }
}

}  // namespace

void ReleaseEffects(const std::vector<perdure_effect>& effects) {
  for (const perdure_effect& effect : effects) WriteAll(effect.fd, effect.bytes);
}

}  // namespace perdure
