// Which calls an event may make and be executed again (rtlib/engine/series.h, G2).
#include <catch2/catch.hpp>

#include <functional>

#include "tests/unit/wasi/wasi_host.h"

namespace perdure::wasi {
namespace {

constexpr uint32_t kAt = 2048;     // for results
constexpr uint32_t kName = 4096;   // "a"
constexpr uint32_t kIovec = 6144;  // one, of 1 byte at 8192
constexpr uint32_t kFile = 4;

struct OutsideCase {
  const char* what;
  bool reaches_outside;
  std::function<uint32_t(perdure_host* h)> call;
};

#define CALL(expression) [](perdure_host* h) { return expression; }

const OutsideCase kCases[] = {
    {"args_get", false, CALL(PERDURE_WASI(args_get)(h, kAt, kAt + 64))},
    {"environ_get", false, CALL(PERDURE_WASI(environ_get)(h, kAt, kAt + 64))},
    {"clock_res_get", false, CALL(PERDURE_WASI(clock_res_get)(h, 1, kAt))},
    {"clock_time_get", true, CALL(PERDURE_WASI(clock_time_get)(h, 1, 0, kAt))},
    {"the first random_get", true, CALL(PERDURE_WASI(random_get)(h, kAt, 16))},
    {"the next random_get", false, CALL(PERDURE_WASI(random_get)(h, kAt, 16))},
    {"fd_prestat_get", false, CALL(PERDURE_WASI(fd_prestat_get)(h, kDirFd, kAt))},
    {"fd_fdstat_get of 1", false, CALL(PERDURE_WASI(fd_fdstat_get)(h, 1, kAt))},
    {"fd_write to 1", false, CALL(PERDURE_WASI(fd_write)(h, 1, kIovec, 1, kAt))},
    {"fd_write to 2", false, CALL(PERDURE_WASI(fd_write)(h, 2, kIovec, 1, kAt))},
    {"fd_write to a file", true, CALL(PERDURE_WASI(fd_write)(h, kFile, kIovec, 1, kAt))},
    {"fd_pwrite to a file", true, CALL(PERDURE_WASI(fd_pwrite)(h, kFile, kIovec, 1, 0, kAt))},
    {"fd_read of 0", true, CALL(PERDURE_WASI(fd_read)(h, 0, kIovec, 1, kAt))},
    {"fd_read of a file", true, CALL(PERDURE_WASI(fd_read)(h, kFile, kIovec, 1, kAt))},
    {"fd_seek in a file", true, CALL(PERDURE_WASI(fd_seek)(h, kFile, 0, 2, kAt))},
    {"fd_filestat_get", true, CALL(PERDURE_WASI(fd_filestat_get)(h, kFile, kAt))},
    {"fd_filestat_set_times of 1", true, CALL(PERDURE_WASI(fd_filestat_set_times)(h, 1, 0, 0, 0))},
    {"fd_sync of 1", true, CALL(PERDURE_WASI(fd_sync)(h, 1))},
    {"fd_readdir", true, CALL(PERDURE_WASI(fd_readdir)(h, kDirFd, kAt, 64, 0, kAt + 64))},
    {"path_filestat_get", true, CALL(PERDURE_WASI(path_filestat_get)(h, kDirFd, 0, kName, 1, kAt))},
    {"path_create_directory", true, CALL(PERDURE_WASI(path_create_directory)(h, kDirFd, kName, 1))},
    {"path_unlink_file", true, CALL(PERDURE_WASI(path_unlink_file)(h, kDirFd, kName, 1))},
    {"path_open", true,
     CALL(PERDURE_WASI(path_open)(h, kDirFd, 0, kName, 1, 0, kRightsAll, 0, 0, kAt))},
    {"poll_oneoff", true, CALL(PERDURE_WASI(poll_oneoff)(h, 10240, 12288, 1, kAt))},
    {"sock_recv", true, CALL(PERDURE_WASI(sock_recv)(h, kFile, kIovec, 1, 0, kAt, kAt + 8))},
    {"sched_yield", false, CALL(PERDURE_WASI(sched_yield)(h))},
    {"fd_close", false, CALL(PERDURE_WASI(fd_close)(h, kFile))},
};

TEST_CASE("(G2) what asks or changes the outside is known for it, and nothing else") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  REQUIRE(host.Open("a") == kFile);
  host.PutText(kName, "a");
  host.Put(kIovec, Iovec{8192, 1});
  host.Commit();
  for (const OutsideCase& test : kCases) {
    INFO(test.what);
    ExpectNothingOutside(host.get());
    CHECK_FALSE(ReachedOutside(*host.get()));
    test.call(host.get());
    CHECK(ReachedOutside(*host.get()) == test.reaches_outside);
  }
}

}  // namespace
}  // namespace perdure::wasi
