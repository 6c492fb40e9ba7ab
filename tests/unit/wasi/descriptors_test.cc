#include <sys/stat.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

TEST_CASE("the directories given are the descriptors from 3 on, with their names") {
  Host host;
  host.options.directories = {{host.dir(), "/data"}, {host.outside(), "."}};
  host.Begin();
  REQUIRE(PERDURE_WASI(fd_prestat_get)(host.get(), 3, 0) == kSuccess);
  CHECK(host.Get<Prestat>(0).tag == 0);
  CHECK(host.Get<Prestat>(0).pr_name_len == 5);
  REQUIRE(PERDURE_WASI(fd_prestat_dir_name)(host.get(), 3, 100, 5) == kSuccess);
  CHECK(host.Text(100) == "/data");
  CHECK(PERDURE_WASI(fd_prestat_dir_name)(host.get(), 3, 100, 4) == Number(Errno::kNametoolong));
  REQUIRE(PERDURE_WASI(fd_prestat_get)(host.get(), 4, 0) == kSuccess);
  CHECK(host.Get<Prestat>(0).pr_name_len == 1);
  CHECK(PERDURE_WASI(fd_prestat_get)(host.get(), 5, 0) == kBadf);
  CHECK(PERDURE_WASI(fd_prestat_get)(host.get(), 0, 0) == kBadf);
  CHECK(PERDURE_WASI(fd_prestat_dir_name)(host.get(), 0, 0, 0) == kBadf);
}

TEST_CASE("without directories there are three descriptors") {
  Host host;
  host.Begin(false);
  for (uint32_t fd : {3u, 0xffffffffu}) {
    CHECK(PERDURE_WASI(fd_fdstat_get)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_fdstat_set_rights)(host.get(), fd, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 0, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_close)(host.get(), fd) == kBadf);
    CHECK(PERDURE_WASI(fd_prestat_get)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_prestat_dir_name)(host.get(), fd, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_filestat_get)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_filestat_set_size)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_filestat_set_times)(host.get(), fd, 0, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_advise)(host.get(), fd, 0, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_allocate)(host.get(), fd, 0, 1) == kBadf);
    CHECK(PERDURE_WASI(fd_sync)(host.get(), fd) == kBadf);
    CHECK(PERDURE_WASI(fd_datasync)(host.get(), fd) == kBadf);
    CHECK(PERDURE_WASI(fd_readdir)(host.get(), fd, 0, 0, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_renumber)(host.get(), fd, 1) == kBadf);
    CHECK(PERDURE_WASI(fd_renumber)(host.get(), 1, fd) == kBadf);
  }
}

TEST_CASE("a descriptor that is renumbered replaces the one that had the number") {
  Host host;
  WriteFile(host.dir() + "/a", "a");
  WriteFile(host.dir() + "/b", "b");
  host.Begin();
  const uint32_t a = host.Open("a");
  const uint32_t b = host.Open("b");
  REQUIRE(PERDURE_WASI(fd_renumber)(host.get(), a, b) == kSuccess);
  CHECK(host.Read(b) == "a");
  CHECK(PERDURE_WASI(fd_tell)(host.get(), a, 0) == kBadf);
  CHECK(PERDURE_WASI(fd_renumber)(host.get(), b, b) == kSuccess);
  CHECK(host.Seek(b, 0, Whence::kSet) == 0);
  CHECK(host.Read(b) == "a");
}

TEST_CASE("rights can be given up and not taken") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const uint32_t fd = host.Open("a");
  CHECK(PERDURE_WASI(fd_fdstat_set_rights)(host.get(), fd, kRightsAll, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_fdstat_set_rights)(host.get(), fd, kRightsFdRead, kRightsFdRead) ==
        kNotcapable);
  REQUIRE(PERDURE_WASI(fd_fdstat_set_rights)(host.get(), fd, kRightsFdRead, 0) == kSuccess);
  CHECK(host.StatOf(fd).fs_rights_base == kRightsFdRead);
  host.Restart();
  CHECK(host.Read(fd) == "text");
  CHECK(PERDURE_WASI(fd_fdstat_set_rights)(host.get(), fd, kRightsOfFile, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_filestat_get)(host.get(), fd, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_filestat_set_size)(host.get(), fd, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_filestat_set_times)(host.get(), fd, 0, 0, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_advise)(host.get(), fd, 0, 0, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_allocate)(host.get(), fd, 0, 1) == kNotcapable);
  CHECK(PERDURE_WASI(fd_sync)(host.get(), fd) == kNotcapable);
  CHECK(PERDURE_WASI(fd_datasync)(host.get(), fd) == kNotcapable);
}

TEST_CASE("flags are what was set, and unknown ones are refused") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat, .fdflags = kFdflagsNonblock});
  CHECK(host.StatOf(fd).fs_flags == kFdflagsNonblock);
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, kFdflagsAll) == kSuccess);
  host.Restart();
  CHECK(host.StatOf(fd).fs_flags == kFdflagsAll);
  CHECK(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 32) == kInval);
}

TEST_CASE("a file's size is told, set and allocated") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const uint32_t fd = host.Open("a");
  REQUIRE(PERDURE_WASI(fd_filestat_get)(host.get(), fd, 0) == kSuccess);
  const auto stat = host.Get<Filestat>(0);
  CHECK(stat.size == 4);
  CHECK(stat.filetype == static_cast<uint8_t>(Filetype::kRegularFile));
  CHECK(stat.ino == host.Stat("a").ino);
  REQUIRE(PERDURE_WASI(fd_filestat_set_size)(host.get(), fd, 2) == kSuccess);
  CHECK(ReadFile(host.dir() + "/a") == "te");
  REQUIRE(PERDURE_WASI(fd_allocate)(host.get(), fd, 10, 90) == kSuccess);
  CHECK(host.Stat("a").size == 100);
  CHECK(PERDURE_WASI(fd_filestat_set_size)(host.get(), fd, UINT64_MAX) == kInval);
  CHECK(PERDURE_WASI(fd_allocate)(host.get(), fd, 0, 0) == kInval);
  CHECK(PERDURE_WASI(fd_allocate)(host.get(), fd, UINT64_MAX, 1) == kInval);
  const uint32_t reader = host.Open("a", {.rights = kRightsFdRead | kRightsFdAdvise});
  CHECK(PERDURE_WASI(fd_filestat_set_size)(host.get(), reader, 0) == kNotcapable);
  CHECK(PERDURE_WASI(fd_filestat_get)(host.get(), kDirFd, 0) == kSuccess);
  CHECK(host.Get<Filestat>(0).filetype == static_cast<uint8_t>(Filetype::kDirectory));
}

TEST_CASE("a file's times are set as the flags say") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat});
  REQUIRE(PERDURE_WASI(fd_filestat_set_times)(host.get(), fd, 7, 9,
                                              kFstflagsAtim | kFstflagsMtim) == kSuccess);
  CHECK(host.Stat("a").atim == 7);
  CHECK(host.Stat("a").mtim == 9);
  CHECK(PERDURE_WASI(fd_filestat_set_times)(host.get(), fd, 0, 0,
                                            kFstflagsMtim | kFstflagsMtimNow) == kInval);
}

TEST_CASE("advice is taken, and must be one of six") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat});
  for (uint32_t advice = 0; advice < 6; ++advice) {
    CHECK(PERDURE_WASI(fd_advise)(host.get(), fd, 0, 100, advice) == kSuccess);
  }
  CHECK(PERDURE_WASI(fd_advise)(host.get(), fd, 0, 100, 6) == kInval);
  CHECK(PERDURE_WASI(fd_advise)(host.get(), fd, UINT64_MAX, 1, 0) == kInval);
  CHECK(PERDURE_WASI(fd_advise)(host.get(), fd, 0, UINT64_MAX, 0) == kInval);
}

TEST_CASE("files and directories are synchronised, a stream is not") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat});
  CHECK(PERDURE_WASI(fd_sync)(host.get(), fd) == kSuccess);
  CHECK(PERDURE_WASI(fd_datasync)(host.get(), fd) == kSuccess);
  CHECK(PERDURE_WASI(fd_sync)(host.get(), kDirFd) == kSuccess);
  CHECK(PERDURE_WASI(fd_sync)(host.get(), 1) == kNotcapable);
}

}  // namespace
}  // namespace perdure::wasi
