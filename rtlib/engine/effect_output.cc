#include "rtlib/engine/effect_output.h"

#include <poll.h>
#include <unistd.h>

#include <cerrno>
#include <string_view>

#include "rtlib/base/check.h"

namespace perdure {
namespace {

// 0, or what kept it from writing all.
int WriteAll(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = write(fd, bytes.data(), bytes.size());
    if (written >= 0) {
      bytes.remove_prefix(static_cast<size_t>(written));
    } else if (errno == EAGAIN || errno == EWOULDBLOCK) {
      pollfd wait = {fd, POLLOUT, 0};
      if (poll(&wait, 1, -1) < 0 && errno != EINTR) return errno;
    } else if (errno != EINTR) {
      return errno;
    }
  }
  return 0;
}

}  // namespace

bool ReleaseEffects(const std::vector<perdure_effect>& effects) {
  bool open = true;
  for (const perdure_effect& effect : effects) {
    if (WriteAll(effect.fd, effect.bytes) == EPIPE) open = false;
  }
  return open;
}

void ReleaseEffectsTo(EffectSink* sink, const std::vector<perdure_effect>& effects,
                      const std::vector<EffectsOfEvent>& of_events) {
  size_t next = 0;
  for (const EffectsOfEvent& event : of_events) {
    PERDURE_CHECK(event.count <= effects.size() - next, "effects that are no event's");
    for (const size_t end = next + event.count; next < end; ++next) {
      sink->Release(event.seq, effects[next].fd, effects[next].bytes);
    }
  }
}

}  // namespace perdure
