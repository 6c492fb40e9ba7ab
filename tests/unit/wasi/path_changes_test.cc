#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

// One call on "path" below the directory, and one with two paths.
using OnePath = uint32_t (*)(perdure_host*, uint32_t, uint32_t, uint32_t);

uint32_t On(Host* host, OnePath call, std::string_view path, uint32_t fd = kDirFd) {
  const auto at = host->PutPath(path);
  return call(host->get(), fd, at.at, at.length);
}

uint32_t Rename(Host* host, std::string_view from, std::string_view to) {
  const auto one = host->PutPath(from);
  const auto two = host->PutSecondPath(to);
  return PERDURE_WASI(path_rename)(host->get(), kDirFd, one.at, one.length, kDirFd, two.at,
                                   two.length);
}

uint32_t Link(Host* host, std::string_view from, std::string_view to, uint32_t flags = 0) {
  const auto one = host->PutPath(from);
  const auto two = host->PutSecondPath(to);
  return PERDURE_WASI(path_link)(host->get(), kDirFd, flags, one.at, one.length, kDirFd, two.at,
                                 two.length);
}

uint32_t Symlink(Host* host, std::string_view text, std::string_view at) {
  const auto one = host->PutPath(text);
  const auto two = host->PutSecondPath(at);
  return PERDURE_WASI(path_symlink)(host->get(), one.at, one.length, kDirFd, two.at, two.length);
}

TEST_CASE("directories are made and removed") {
  Host host;
  host.Begin();
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "d") == kSuccess);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "d") == kExist);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "d/e/") == kSuccess);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "x/y") == kNoent);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), ".") == kExist);
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "d") == Number(Errno::kNotempty));
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "d/e") == kSuccess);
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "d/.") == kInval);
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "d/") == kSuccess);
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "d") == kNoent);
  WriteFile(host.dir() + "/a", "");
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "a") == kNotdir);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "d", 99) == kBadf);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "d", 1) == kNotdir);
}

TEST_CASE("files are removed, and links themselves") {
  Host host;
  WriteFile(host.dir() + "/a", "");
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  REQUIRE(symlink("d", (host.dir() + "/link").c_str()) == 0);
  host.Begin();
  CHECK(On(&host, PERDURE_WASI(path_unlink_file), "none") == kNoent);
  CHECK(On(&host, PERDURE_WASI(path_unlink_file), "d") == Number(Errno::kIsdir));
  CHECK(On(&host, PERDURE_WASI(path_unlink_file), "a/") == kNotdir);
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "link/") == kNotdir);
  CHECK(On(&host, PERDURE_WASI(path_unlink_file), "link") == kSuccess);
  CHECK(On(&host, PERDURE_WASI(path_unlink_file), "a") == kSuccess);
  CHECK(!Exists(host.dir() + "/a"));
  CHECK(!Exists(host.dir() + "/link"));
  CHECK(Exists(host.dir() + "/d"));
}

TEST_CASE("a file is renamed, over another one too") {
  Host host;
  WriteFile(host.dir() + "/a", "a");
  WriteFile(host.dir() + "/b", "b");
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  host.Begin();
  CHECK(Rename(&host, "a", "b") == kSuccess);
  CHECK(ReadFile(host.dir() + "/b") == "a");
  CHECK(Rename(&host, "a", "c") == kNoent);
  CHECK(Rename(&host, "b", "d/b") == kSuccess);
  CHECK(Rename(&host, "d/b", "e/") == kNotdir);
  CHECK(Rename(&host, "d", "d/x") == kInval);
  CHECK(Rename(&host, "d", "e/") == kSuccess);
  CHECK(ReadFile(host.dir() + "/e/b") == "a");
  WriteFile(host.dir() + "/f", "");
  CHECK(Rename(&host, "f", "e") == Number(Errno::kIsdir));
  CHECK(Rename(&host, "e/b", "e") == Number(Errno::kNotempty));
}

TEST_CASE("hard links are other names of a file") {
  Host host;
  WriteFile(host.dir() + "/a", "a");
  REQUIRE(symlink("a", (host.dir() + "/link").c_str()) == 0);
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  host.Begin();
  CHECK(Link(&host, "a", "b") == kSuccess);
  CHECK(host.Stat("b").nlink == 2);
  CHECK(Link(&host, "a", "b") == kExist);
  CHECK(Link(&host, "a", "c/") == kNoent);
  CHECK(Link(&host, "none", "c") == kNoent);
  CHECK(Link(&host, "d", "c") == Number(Errno::kPerm));
  CHECK(Link(&host, "link", "followed", kLookupSymlinkFollow) == kSuccess);
  CHECK(host.Stat("followed").ino == host.Stat("a").ino);
  CHECK(Link(&host, "link", "kept") == kSuccess);
  CHECK(host.Stat("kept").filetype == static_cast<uint8_t>(Filetype::kSymbolicLink));
}

TEST_CASE("links are made and read") {
  Host host;
  host.Begin();
  CHECK(Symlink(&host, "target", "link") == kSuccess);
  CHECK(Symlink(&host, "target", "link") == kExist);
  CHECK(Symlink(&host, "target", "new/") == kNoent);
  CHECK(Symlink(&host, "", "new") == kNoent);
  const auto path = host.PutPath("link");
  std::memset(host.bytes(0), 'x', 100);
  REQUIRE(PERDURE_WASI(path_readlink)(host.get(), kDirFd, path.at, path.length, 0, 100, 200) ==
          kSuccess);
  CHECK(host.Get32(200) == 6);
  CHECK(std::string(host.Text(0), 0, 7) == "targetx");
  REQUIRE(PERDURE_WASI(path_readlink)(host.get(), kDirFd, path.at, path.length, 50, 3, 200) ==
          kSuccess);
  CHECK(host.Get32(200) == 3);
  const auto directory = host.PutPath(".");
  CHECK(PERDURE_WASI(path_readlink)(host.get(), kDirFd, directory.at, directory.length, 0, 100,
                                    200) == kInval);
}

TEST_CASE("attributes of a path are those of the file, or of the link") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  REQUIRE(symlink("a", (host.dir() + "/link").c_str()) == 0);
  host.Begin();
  const Filestat file = host.Stat("a");
  CHECK(file.filetype == static_cast<uint8_t>(Filetype::kRegularFile));
  CHECK(file.size == 4);
  CHECK(file.nlink == 1);
  CHECK(host.Stat("link", kLookupSymlinkFollow).ino == file.ino);
  CHECK(host.Stat("link").filetype == static_cast<uint8_t>(Filetype::kSymbolicLink));
  CHECK(host.Stat(".").filetype == static_cast<uint8_t>(Filetype::kDirectory));
  const auto none = host.PutPath("none");
  CHECK(PERDURE_WASI(path_filestat_get)(host.get(), kDirFd, 0, none.at, none.length, 0) == kNoent);
}

TEST_CASE("times are set as the flags say") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const auto set = [&](uint64_t atim, uint64_t mtim, uint32_t flags) {
    const auto path = host.PutPath("a");
    return PERDURE_WASI(path_filestat_set_times)(host.get(), kDirFd, 0, path.at, path.length, atim,
                                                 mtim, flags);
  };
  REQUIRE(set(1'000'000'007, 2'000'000'009, kFstflagsAtim | kFstflagsMtim) == kSuccess);
  CHECK(host.Stat("a").atim == 1'000'000'007);
  CHECK(host.Stat("a").mtim == 2'000'000'009);
  REQUIRE(set(0, 5, kFstflagsMtim) == kSuccess);
  CHECK(host.Stat("a").atim == 1'000'000'007);
  CHECK(host.Stat("a").mtim == 5);
  REQUIRE(set(0, 0, kFstflagsAtimNow) == kSuccess);
  CHECK(host.Stat("a").atim > 1'500'000'000'000'000'000);
  CHECK(set(0, 0, kFstflagsAtim | kFstflagsAtimNow) == kInval);
  CHECK(set(0, 0, kFstflagsMtim | kFstflagsMtimNow) == kInval);
  CHECK(set(0, 0, 16) == kInval);
}

TEST_CASE("without the right to it, nothing is changed") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  REQUIRE(PERDURE_WASI(fd_fdstat_set_rights)(host.get(), kDirFd, kRightsPathOpen, 0) == kSuccess);
  CHECK(On(&host, PERDURE_WASI(path_create_directory), "d") == kNotcapable);
  CHECK(On(&host, PERDURE_WASI(path_remove_directory), "d") == kNotcapable);
  CHECK(On(&host, PERDURE_WASI(path_unlink_file), "a") == kNotcapable);
  CHECK(Rename(&host, "a", "b") == kNotcapable);
  CHECK(Link(&host, "a", "b") == kNotcapable);
  CHECK(Symlink(&host, "a", "b") == kNotcapable);
  const auto path = host.PutPath("a");
  CHECK(PERDURE_WASI(path_filestat_get)(host.get(), kDirFd, 0, path.at, path.length, 0) ==
        kNotcapable);
  CHECK(PERDURE_WASI(path_filestat_set_times)(host.get(), kDirFd, 0, path.at, path.length, 0, 0,
                                              0) == kNotcapable);
  CHECK(PERDURE_WASI(path_readlink)(host.get(), kDirFd, path.at, path.length, 0, 10, 20) ==
        kNotcapable);
  CHECK(ReadFile(host.dir() + "/a") == "text");
}

}  // namespace
}  // namespace perdure::wasi
