#include <fcntl.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

constexpr uint32_t kIovec = 200;
constexpr uint32_t kLength = 300;
constexpr uint32_t kFlags = 304;
constexpr uint32_t kText = 400;
constexpr uint32_t kSocketFd = 3;

// One end of a pair as descriptor 3 of the guest; the other one is `peer`.
class Connected : public Host {
 public:
  explicit Connected(int type = SOCK_STREAM) {
    int pair[2];
    REQUIRE(socketpair(AF_UNIX, type, 0, pair) == 0);
    options.sockets = {pair[0]};
    peer = pair[1];
    Begin(false);
  }
  ~Connected() {
    close(options.sockets[0]);
    close(peer);
  }
  std::string Receive(uint32_t length, uint32_t flags = 0) {
    Put(kIovec, Iovec{kText, length});
    REQUIRE(PERDURE_WASI(sock_recv)(get(), kSocketFd, kIovec, 1, flags, kLength, kFlags) ==
            kSuccess);
    return std::string(reinterpret_cast<const char*>(bytes(kText)), Get32(kLength));
  }
  uint32_t Send(std::string_view text, uint32_t flags = 0) {
    PutText(kText, text);
    Put(kIovec, Iovec{kText, static_cast<uint32_t>(text.size())});
    return PERDURE_WASI(sock_send)(get(), kSocketFd, kIovec, 1, flags, kLength);
  }

  int peer;
};

TEST_CASE("bytes are sent and received on an inherited socket") {
  Connected host;
  REQUIRE(host.Send("hello") == kSuccess);
  CHECK(host.Get32(kLength) == 5);
  char text[10] = {};
  CHECK(read(host.peer, text, sizeof text) == 5);
  REQUIRE(write(host.peer, "world", 5) == 5);
  CHECK(host.Receive(100, kRiflagsRecvPeek) == "world");
  CHECK(host.Receive(3) == "wor");
  CHECK(host.Read(kSocketFd) == "ld");
  CHECK(host.Write(kSocketFd, "!") == kSuccess);
  CHECK(read(host.peer, text, sizeof text) == 1);
}

TEST_CASE("a datagram that was cut off says so") {
  Connected host(SOCK_DGRAM);
  CHECK(host.StatOf(kSocketFd).fs_filetype == static_cast<uint8_t>(Filetype::kSocketDgram));
  REQUIRE(write(host.peer, "datagram", 8) == 8);
  CHECK(host.Receive(4) == "data");
  CHECK(host.Get<uint16_t>(kFlags) == kRoflagsRecvDataTruncated);
  REQUIRE(write(host.peer, "datagram", 8) == 8);
  CHECK(host.Receive(100) == "datagram");
  CHECK(host.Get<uint16_t>(kFlags) == 0);
}

TEST_CASE("a socket that was shut down takes and gives no more") {
  Connected host;
  REQUIRE(PERDURE_WASI(sock_shutdown)(host.get(), kSocketFd, kSdflagsWr) == kSuccess);
  CHECK(host.Send("x") == Number(Errno::kPipe));
  char text[10];
  CHECK(read(host.peer, text, sizeof text) == 0);
  REQUIRE(PERDURE_WASI(sock_shutdown)(host.get(), kSocketFd, kSdflagsRd) == kSuccess);
  CHECK(host.Receive(10).empty());
  CHECK(PERDURE_WASI(sock_shutdown)(host.get(), kSocketFd, kSdflagsRd | kSdflagsWr) == kSuccess);
  CHECK(PERDURE_WASI(sock_shutdown)(host.get(), kSocketFd, 0) == kInval);
  CHECK(PERDURE_WASI(sock_shutdown)(host.get(), kSocketFd, 4) == kInval);
}

TEST_CASE("flags that cannot be kept are refused") {
  Connected host;
  host.Put(kIovec, Iovec{kText, 1});
  CHECK(host.Send("x", 1) == kInval);
  CHECK(PERDURE_WASI(sock_recv)(host.get(), kSocketFd, kIovec, 1, 4, kLength, kFlags) == kInval);
  CHECK(PERDURE_WASI(sock_recv)(host.get(), kSocketFd, kIovec, 1, kRiflagsRecvWaitall, kLength,
                                kFlags) == Number(Errno::kNotsup));
}

TEST_CASE("what is no socket has no socket functions") {
  Host host;
  host.Begin();
  const uint32_t file = host.Open("a", {.oflags = kOflagsCreat});
  for (const uint32_t fd : {1u, kDirFd, file}) {
    CHECK(PERDURE_WASI(sock_accept)(host.get(), fd, 0, 0) == Number(Errno::kNotsock));
    CHECK(PERDURE_WASI(sock_recv)(host.get(), fd, 0, 0, 0, 0, 8) == Number(Errno::kNotsock));
    CHECK(PERDURE_WASI(sock_send)(host.get(), fd, 0, 0, 0, 0) == Number(Errno::kNotsock));
    CHECK(PERDURE_WASI(sock_shutdown)(host.get(), fd, 1) == Number(Errno::kNotsock));
  }
  CHECK(PERDURE_WASI(sock_accept)(host.get(), 99, 0, 0) == kBadf);
  CHECK(PERDURE_WASI(sock_recv)(host.get(), 99, 0, 0, 0, 0, 8) == kBadf);
  CHECK(PERDURE_WASI(sock_send)(host.get(), 99, 0, 0, 0, 0) == kBadf);
  CHECK(PERDURE_WASI(sock_shutdown)(host.get(), 99, 1) == kBadf);
}

TEST_CASE("connections are accepted, and gone in another process") {
  Host host;
  const int listener = socket(AF_UNIX, SOCK_STREAM, 0);
  sockaddr_un address = {};
  address.sun_family = AF_UNIX;
  const std::string path = host.outside() + "/socket";
  path.copy(address.sun_path, sizeof address.sun_path - 1);
  const auto* generic = reinterpret_cast<const sockaddr*>(&address);
  REQUIRE(bind(listener, generic, sizeof address) == 0);
  REQUIRE(listen(listener, 4) == 0);
  host.options.sockets = {listener};
  host.Begin(false);
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), kSocketFd, kFdflagsNonblock) == kSuccess);
  CHECK(PERDURE_WASI(sock_accept)(host.get(), kSocketFd, 0, 0) == Number(Errno::kAgain));
  CHECK(PERDURE_WASI(sock_accept)(host.get(), kSocketFd, 1, 0) == kInval);
  const int client = socket(AF_UNIX, SOCK_STREAM, 0);
  REQUIRE(connect(client, generic, sizeof address) == 0);
  REQUIRE(PERDURE_WASI(sock_accept)(host.get(), kSocketFd, kFdflagsNonblock, 0) == kSuccess);
  const uint32_t fd = host.Get32(0);
  CHECK(fd == 4);
  CHECK(host.StatOf(fd).fs_flags == kFdflagsNonblock);
  REQUIRE(write(client, "hi", 2) == 2);
  CHECK(host.Read(fd) == "hi");
  CHECK(host.Write(fd, "ho") == kSuccess);
  const int saved = dup(2);
  const int null = open("/dev/null", O_WRONLY);
  dup2(null, 2);
  host.Restart();
  dup2(saved, 2);
  CHECK(host.Write(fd, "ho") == kStale);
  CHECK(PERDURE_WASI(fd_fdstat_get)(host.get(), kSocketFd, 0) == kSuccess);
  for (const int open_fd : {saved, null, client, listener}) close(open_fd);
}

}  // namespace
}  // namespace perdure::wasi
