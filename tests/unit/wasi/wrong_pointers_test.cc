#include <sys/socket.h>
#include <unistd.h>

#include <functional>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

// One call with good arguments; `at` is where the pointer in question goes.
struct PointerCase {
  const char* what;
  uint32_t bytes;  // that must be in memory from `at` on
  std::function<uint32_t(Host&, uint32_t at)> call;
};

constexpr uint32_t kGood = 2048;
constexpr uint32_t kName = 4096;   // "a"
constexpr uint32_t kIovec = 6144;  // one, of 4 bytes at 8192
constexpr uint32_t kFile = 4;
constexpr uint32_t kSocketFd = 5;

#define CALL(expression)          \
  [](Host& host, uint32_t at) {   \
    perdure_host* h = host.get(); \
    return expression;            \
  }

const PointerCase kCases[] = {
    {"args_get argv", 4, CALL(PERDURE_WASI(args_get)(h, at, kGood))},
    {"args_get argv_buf", 7, CALL(PERDURE_WASI(args_get)(h, kGood, at))},
    {"args_sizes_get argc", 4, CALL(PERDURE_WASI(args_sizes_get)(h, at, kGood))},
    {"args_sizes_get size", 4, CALL(PERDURE_WASI(args_sizes_get)(h, kGood, at))},
    {"environ_get environ", 4, CALL(PERDURE_WASI(environ_get)(h, at, kGood))},
    {"environ_get buf", 4, CALL(PERDURE_WASI(environ_get)(h, kGood, at))},
    {"environ_sizes_get count", 4, CALL(PERDURE_WASI(environ_sizes_get)(h, at, kGood))},
    {"environ_sizes_get size", 4, CALL(PERDURE_WASI(environ_sizes_get)(h, kGood, at))},
    {"clock_res_get", 8, CALL(PERDURE_WASI(clock_res_get)(h, 1, at))},
    {"clock_time_get", 8, CALL(PERDURE_WASI(clock_time_get)(h, 1, 0, at))},
    {"fd_fdstat_get", 24, CALL(PERDURE_WASI(fd_fdstat_get)(h, kFile, at))},
    {"fd_filestat_get", 64, CALL(PERDURE_WASI(fd_filestat_get)(h, kFile, at))},
    {"fd_pread iovs", 8, CALL(PERDURE_WASI(fd_pread)(h, kFile, at, 1, 0, kGood))},
    {"fd_pread nread", 4, CALL(PERDURE_WASI(fd_pread)(h, kFile, kIovec, 1, 0, at))},
    {"fd_prestat_get", 8, CALL(PERDURE_WASI(fd_prestat_get)(h, kDirFd, at))},
    {"fd_prestat_dir_name", 5, CALL(PERDURE_WASI(fd_prestat_dir_name)(h, kDirFd, at, 5))},
    {"fd_pwrite iovs", 8, CALL(PERDURE_WASI(fd_pwrite)(h, kFile, at, 1, 0, kGood))},
    {"fd_pwrite nwritten", 4, CALL(PERDURE_WASI(fd_pwrite)(h, kFile, kIovec, 1, 0, at))},
    {"fd_read iovs", 8, CALL(PERDURE_WASI(fd_read)(h, kFile, at, 1, kGood))},
    {"fd_read nread", 4, CALL(PERDURE_WASI(fd_read)(h, kFile, kIovec, 1, at))},
    {"fd_readdir buf", 100, CALL(PERDURE_WASI(fd_readdir)(h, kDirFd, at, 100, 0, kGood))},
    {"fd_readdir used", 4, CALL(PERDURE_WASI(fd_readdir)(h, kDirFd, kGood, 100, 0, at))},
    {"fd_seek", 8, CALL(PERDURE_WASI(fd_seek)(h, kFile, 0, 0, at))},
    {"fd_tell", 8, CALL(PERDURE_WASI(fd_tell)(h, kFile, at))},
    {"fd_write iovs", 8, CALL(PERDURE_WASI(fd_write)(h, kFile, at, 1, kGood))},
    {"fd_write nwritten", 4, CALL(PERDURE_WASI(fd_write)(h, kFile, kIovec, 1, at))},
    {"path_create_directory", 9, CALL(PERDURE_WASI(path_create_directory)(h, kDirFd, at, 9))},
    {"path_filestat_get path", 1, CALL(PERDURE_WASI(path_filestat_get)(h, 3, 0, at, 1, kGood))},
    {"path_filestat_get buf", 64, CALL(PERDURE_WASI(path_filestat_get)(h, 3, 0, kName, 1, at))},
    {"path_filestat_set_times", 1,
     CALL(PERDURE_WASI(path_filestat_set_times)(h, kDirFd, 0, at, 1, 0, 0, 0))},
    {"path_link old", 1, CALL(PERDURE_WASI(path_link)(h, 3, 0, at, 1, 3, kName, 1))},
    {"path_link new", 1, CALL(PERDURE_WASI(path_link)(h, 3, 0, kName, 1, 3, at, 1))},
    {"path_open path", 1, CALL(PERDURE_WASI(path_open)(h, 3, 0, at, 1, 0, 0, 0, 0, kGood))},
    {"path_open fd", 4, CALL(PERDURE_WASI(path_open)(h, 3, 0, kName, 1, 0, 0, 0, 0, at))},
    {"path_readlink path", 1, CALL(PERDURE_WASI(path_readlink)(h, 3, at, 1, kGood, 9, 64))},
    {"path_readlink buf", 9, CALL(PERDURE_WASI(path_readlink)(h, 3, kName, 1, at, 9, 64))},
    {"path_readlink used", 4, CALL(PERDURE_WASI(path_readlink)(h, 3, kName, 1, kGood, 9, at))},
    {"path_remove_directory", 1, CALL(PERDURE_WASI(path_remove_directory)(h, kDirFd, at, 1))},
    {"path_rename old", 1, CALL(PERDURE_WASI(path_rename)(h, 3, at, 1, 3, kName, 1))},
    {"path_rename new", 1, CALL(PERDURE_WASI(path_rename)(h, 3, kName, 1, 3, at, 1))},
    {"path_symlink old", 1, CALL(PERDURE_WASI(path_symlink)(h, at, 1, 3, kName, 1))},
    {"path_symlink new", 1, CALL(PERDURE_WASI(path_symlink)(h, kName, 1, 3, at, 1))},
    {"path_unlink_file", 1, CALL(PERDURE_WASI(path_unlink_file)(h, kDirFd, at, 1))},
    {"poll_oneoff in", 48, CALL(PERDURE_WASI(poll_oneoff)(h, at, kGood, 1, 64))},
    {"poll_oneoff out", 32, CALL(PERDURE_WASI(poll_oneoff)(h, kGood, at, 1, 64))},
    {"poll_oneoff count", 4, CALL(PERDURE_WASI(poll_oneoff)(h, kGood, kGood + 64, 1, at))},
    {"random_get", 16, CALL(PERDURE_WASI(random_get)(h, at, 16))},
    {"sock_accept", 4, CALL(PERDURE_WASI(sock_accept)(h, kSocketFd, 0, at))},
    {"sock_recv data", 8, CALL(PERDURE_WASI(sock_recv)(h, kSocketFd, at, 1, 0, 64, 72))},
    {"sock_recv length", 4, CALL(PERDURE_WASI(sock_recv)(h, kSocketFd, kIovec, 1, 0, at, 72))},
    {"sock_recv flags", 2, CALL(PERDURE_WASI(sock_recv)(h, kSocketFd, kIovec, 1, 0, 64, at))},
    {"sock_send data", 8, CALL(PERDURE_WASI(sock_send)(h, kSocketFd, at, 1, 0, 64))},
    {"sock_send length", 4, CALL(PERDURE_WASI(sock_send)(h, kSocketFd, kIovec, 1, 0, at))},
};

TEST_CASE("every pointer outside of memory is a fault, and nothing was done") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  REQUIRE(write(pair[1], "sock", 4) == 4);
  host.options.environment = {"A=1"};
  host.options.directories = {{host.dir(), "/data"}};
  host.options.sockets = {pair[0]};
  host.Begin();
  const uint32_t socket_fd = 4;
  // The file takes 5, and they change places by way of 1.
  REQUIRE(host.Open("a") == 5);
  REQUIRE(PERDURE_WASI(fd_renumber)(host.get(), socket_fd, 1) == kSuccess);
  REQUIRE(host.Open("a") == kFile);
  REQUIRE(PERDURE_WASI(fd_renumber)(host.get(), 1, kSocketFd) == kSuccess);
  host.PutText(kName, "a");
  host.Put(kIovec, Iovec{8192, 4});
  host.Commit();
  const HostRecord before = host.table().record();
  for (const PointerCase& test : kCases) {
    INFO(test.what);
    for (const uint32_t at : {kBad - test.bytes + 1, kBad, 0x80000000u, 0xffffffffu}) {
      INFO(at);
      CHECK(test.call(host, at) == kFault);
    }
  }
  CHECK(host.table().record() == before);
  CHECK(ReadFile(host.dir() + "/a") == "text");
  char text[8];
  CHECK(recv(pair[0], text, sizeof text, MSG_DONTWAIT) == 4);
  CHECK(recv(pair[1], text, sizeof text, MSG_DONTWAIT) < 0);
  close(pair[0]);
  close(pair[1]);
}

TEST_CASE("a buffer outside of memory is a fault for every call that takes buffers") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  REQUIRE(host.Open("a") == kFile);
  for (const Iovec iovec : {Iovec{kBad, 1}, Iovec{kBad - 1, 2}, Iovec{0xffffffff, 0xffffffff}}) {
    host.Put(kIovec, Iovec{8192, 1});
    host.Put(kIovec + 8, iovec);
    CHECK(PERDURE_WASI(fd_read)(host.get(), kFile, kIovec, 2, kGood) == kFault);
    CHECK(PERDURE_WASI(fd_write)(host.get(), kFile, kIovec, 2, kGood) == kFault);
    CHECK(PERDURE_WASI(fd_pread)(host.get(), kFile, kIovec, 2, 0, kGood) == kFault);
    CHECK(PERDURE_WASI(fd_pwrite)(host.get(), kFile, kIovec, 2, 0, kGood) == kFault);
  }
  CHECK(ReadFile(host.dir() + "/a") == "text");
}

}  // namespace
}  // namespace perdure::wasi
