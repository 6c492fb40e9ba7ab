#include "rtlib/engine/effect_output.h"

#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <thread>

namespace perdure {
namespace {

struct Pipe {
  Pipe() { REQUIRE(pipe(ends) == 0); }
  ~Pipe() {
    CloseReader();
    close(ends[1]);
  }
  void CloseReader() {
    if (ends[0] >= 0) close(ends[0]);
    ends[0] = -1;
  }
  std::string Read(size_t length) {
    std::string text(length, '\0');
    for (size_t at = 0; at < length;) {
      const ssize_t got = read(ends[0], text.data() + at, length - at);
      if (got <= 0) return text.substr(0, at);
      at += static_cast<size_t>(got);
    }
    return text;
  }
  int ends[2];
};

TEST_CASE("effects are written whole and in order, also to a slow non-blocking reader") {
  Pipe pipe;
  REQUIRE(fcntl(pipe.ends[1], F_SETFL, O_NONBLOCK) == 0);
  const std::string large(1 << 20, 'x');  // many times what a pipe holds
  std::string seen;
  std::thread reader([&] { seen = pipe.Read(large.size() + 6); });
  ReleaseEffects({{pipe.ends[1], "one"}, {pipe.ends[1], large}, {pipe.ends[1], "two"}});
  reader.join();
  CHECK((seen == "one" + large + "two"));
}

TEST_CASE("a descriptor whose reader is gone, or that is closed, does not stop the others") {
  Pipe gone, open;
  gone.CloseReader();
  const auto old_handler = std::signal(SIGPIPE, SIG_IGN);
  ReleaseEffects(
      {{gone.ends[1], "lost"}, {open.ends[1], "a"}, {9999, "lost"}, {open.ends[1], "b"}});
  std::signal(SIGPIPE, old_handler);
  CHECK(open.Read(2) == "ab");
}

}  // namespace
}  // namespace perdure
