#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <atomic>
#include <thread>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

#include "rtlib/wasi/path_resolver.h"

namespace perdure::wasi {
namespace {

// A host with a secret beside its directory and ways that could lead there.
class Prison : public Host {
 public:
  Prison() {
    WriteFile(outside() + "/secret", "secret");
    WriteFile(dir() + "/plain", "plain");
    REQUIRE(mkdir((dir() + "/d").c_str(), 0777) == 0);
    REQUIRE(mkdir((dir() + "/d/e").c_str(), 0777) == 0);
    Link("../outside/secret", "up");
    Link(outside() + "/secret", "absolute");
    Link("../outside", "updir");
    Link(outside(), "absolutedir");
    Link("../../outside/secret", "d/deep");
    Link("d/deep", "chain");
    Link("d/../../outside/secret", "winding");
    Link("/", "root");
    Link("d/..", "itself");
    Begin();
  }
  void Link(const std::string& text, const std::string& at) {
    REQUIRE(symlink(text.c_str(), (dir() + "/" + at).c_str()) == 0);
  }
};

const char* const kWaysOut[] = {
    "..",
    "../",
    "../outside/secret",
    "../root/plain",
    "./../outside/secret",
    "d/../../outside",
    "d/e/../../../outside/secret",
    "/",
    "/etc/passwd",
    "//etc/passwd",
    "up",
    "absolute",
    "updir/",
    "updir/secret",
    "absolutedir/secret",
    "d/deep",
    "chain",
    "winding",
    "root/",
    "root/etc/passwd",
    "itself/../outside/secret",
    "itself/..",
    "plain/../../outside/secret",
    "d/e/../..//../outside/",
};

TEST_CASE("(R1)(R2) no path leads out of the directory") {
  Prison prison;
  prison.PutText(0, "to");
  for (const std::string_view way : kWaysOut) {
    INFO(way);
    uint32_t fd;
    // "plain/.." is refused earlier: what is no directory has nothing above it.
    const uint32_t expected = way.starts_with("plain") ? kNotdir : kNotcapable;
    CHECK(prison.TryOpen(way, &fd) == expected);
    CHECK(prison.TryOpen(way, &fd, {.oflags = kOflagsCreat}) == expected);
    const auto path = prison.PutPath(way);
    perdure_host* host = prison.get();
    CHECK(PERDURE_WASI(path_filestat_get)(host, kDirFd, kLookupSymlinkFollow, path.at, path.length,
                                          1000) == expected);
    CHECK(PERDURE_WASI(path_filestat_set_times)(host, kDirFd, kLookupSymlinkFollow, path.at,
                                                path.length, 0, 0, kFstflagsMtim) == expected);
    CHECK(PERDURE_WASI(path_link)(host, kDirFd, kLookupSymlinkFollow, path.at, path.length, kDirFd,
                                  0, 2) == expected);
  }
  CHECK(!Exists(prison.dir() + "/to"));
  CHECK(ReadFile(prison.outside() + "/secret") == "secret");
}

TEST_CASE("(R1)(R2) nothing is made, moved or removed outside") {
  Prison prison;
  perdure_host* host = prison.get();
  prison.PutText(0, "plain");
  for (const std::string_view way :
       {"../new", "updir/new", "absolutedir/new", "/tmp/new", "d/../../new", "itself/../new"}) {
    INFO(way);
    const auto path = prison.PutPath(way);
    CHECK(PERDURE_WASI(path_create_directory)(host, kDirFd, path.at, path.length) == kNotcapable);
    CHECK(PERDURE_WASI(path_symlink)(host, 0, 5, kDirFd, path.at, path.length) == kNotcapable);
    CHECK(PERDURE_WASI(path_link)(host, kDirFd, 0, 0, 5, kDirFd, path.at, path.length) ==
          kNotcapable);
    CHECK(PERDURE_WASI(path_rename)(host, kDirFd, 0, 5, kDirFd, path.at, path.length) ==
          kNotcapable);
  }
  for (const std::string_view way : {"../outside/secret", "updir/secret", "absolutedir/secret"}) {
    INFO(way);
    const auto path = prison.PutPath(way);
    CHECK(PERDURE_WASI(path_unlink_file)(host, kDirFd, path.at, path.length) == kNotcapable);
    CHECK(PERDURE_WASI(path_remove_directory)(host, kDirFd, path.at, path.length) == kNotcapable);
    CHECK(PERDURE_WASI(path_readlink)(host, kDirFd, path.at, path.length, 1000, 100, 2000) ==
          kNotcapable);
    CHECK(PERDURE_WASI(path_rename)(host, kDirFd, path.at, path.length, kDirFd, 0, 3) ==
          kNotcapable);
  }
  CHECK(Exists(prison.outside() + "/secret"));
  CHECK(!Exists(prison.outside() + "/new"));
  CHECK(Exists(prison.dir() + "/plain"));
}

TEST_CASE("a path may go up and down inside its directory") {
  Prison prison;
  for (const std::string_view path :
       {"plain", "./plain", "d/../plain", "d/e/../../plain", "d//e/.././../plain", "itself/plain",
        "itself/itself/d/../plain"}) {
    INFO(path);
    CHECK(prison.Read(prison.Open(path)) == "plain");
  }
}

TEST_CASE("a directory that was opened confines as its own root") {
  Prison prison;
  const uint32_t d = prison.Open("d", {.oflags = kOflagsDirectory});
  uint32_t fd;
  CHECK(prison.TryOpen("../plain", &fd, {.directory = d}) == kNotcapable);
  CHECK(prison.TryOpen("e/../..", &fd, {.directory = d}) == kNotcapable);
  CHECK(prison.TryOpen("deep", &fd, {.directory = d}) == kNotcapable);
  CHECK(prison.TryOpen("e/..", &fd, {.directory = d, .oflags = kOflagsDirectory}) == kSuccess);
}

TEST_CASE("an absolute link is not made for others to follow") {
  Prison prison;
  prison.PutText(0, "/etc/passwd");
  const auto path = prison.PutPath("new");
  CHECK(PERDURE_WASI(path_symlink)(prison.get(), 0, 11, kDirFd, path.at, path.length) ==
        kNotcapable);
  CHECK(!Exists(prison.dir() + "/new"));
}

TEST_CASE("a file outside that was linked in is that file: hard links have no outside") {
  Prison prison;
  REQUIRE(link((prison.outside() + "/secret").c_str(), (prison.dir() + "/hard").c_str()) == 0);
  CHECK(prison.Read(prison.Open("hard")) == "secret");
}

TEST_CASE("the path of a state is not followed through a link that came later") {
  Prison prison;
  const std::string d = prison.dir() + "/d";
  WriteFile(d + "/file", "inside");
  WriteFile(prison.outside() + "/file", "outside");
  const uint32_t fd = prison.Open("d/file");
  prison.Commit();
  REQUIRE(rename(d.c_str(), (prison.dir() + "/moved").c_str()) == 0);
  REQUIRE(symlink(prison.outside().c_str(), d.c_str()) == 0);
  prison.Restart();
  CHECK(PERDURE_WASI(fd_tell)(prison.get(), fd, 0) == kStale);
}

// Swaps `path` between a directory and a link to outside until stopped.
class Swapper {
 public:
  Swapper(const std::string& path, const std::string& target)
      : path_(path), other_(path + ".link"), thread_([this] { Swap(); }) {
    REQUIRE(symlink(target.c_str(), other_.c_str()) == 0);
    ready_ = true;
  }
  ~Swapper() {
    stop_ = true;
    thread_.join();
  }

 private:
  void Swap() {
    while (!stop_) {
      if (ready_) renameat2(AT_FDCWD, path_.c_str(), AT_FDCWD, other_.c_str(), RENAME_EXCHANGE);
    }
  }
  const std::string path_, other_;
  std::atomic<bool> ready_ = false, stop_ = false;
  std::thread thread_;
};

TEST_CASE("(R1) a directory swapped for a link while a path is resolved lets nobody out") {
  Prison prison;
  WriteFile(prison.dir() + "/d/secret", "inside");
  const Swapper swapper(prison.dir() + "/d", prison.outside());
  for (int i = 0; i < 3000; ++i) {
    uint32_t fd;
    for (const std::string_view path : {"d/secret", "d/e/../secret", "d/./secret"}) {
      if (prison.TryOpen(path, &fd, {.rights = kRightsFdRead}) != kSuccess) continue;
      REQUIRE(prison.Read(fd) == "inside");
      REQUIRE(PERDURE_WASI(fd_close)(prison.get(), fd) == kSuccess);
    }
  }
}

TEST_CASE("(R2) a directory moved out while a path is resolved does not take \"..\" along") {
  Prison prison;
  WriteFile(prison.dir() + "/secret", "inside");
  const std::string inside = prison.dir() + "/d/e";
  const std::string out = prison.outside() + "/e";
  std::atomic<bool> stop = false;
  std::thread mover([&] {
    while (!stop) {
      rename(inside.c_str(), out.c_str());
      rename(out.c_str(), inside.c_str());
    }
  });
  for (int i = 0; i < 3000; ++i) {
    uint32_t fd;
    // From outside/e, ".." would be outside, and its secret another.
    if (prison.TryOpen("d/e/../../secret", &fd, {.rights = kRightsFdRead}) != kSuccess) continue;
    const std::string text = prison.Read(fd);
    REQUIRE(PERDURE_WASI(fd_close)(prison.get(), fd) == kSuccess);
    if (text != "inside") {
      stop = true;
      mover.join();
      FAIL(text);
    }
  }
  stop = true;
  mover.join();
}

TEST_CASE("(R3) a path of many components and a bomb of links end") {
  Prison prison;
  uint32_t fd;
  std::string winding;
  while (winding.size() < 4000) winding += "d/../";
  CHECK(prison.Read(prison.Open(winding + "plain")) == "plain");
  std::string bomb;
  for (int i = 0; i < 60; ++i) bomb += "itself/";
  CHECK(prison.TryOpen(bomb + "plain", &fd) == Number(Errno::kLoop));
  std::string text = "d/e";
  while (text.size() < 3000) text += "/../e";
  prison.Link(text + "/../../long", "long");
  CHECK(prison.TryOpen("long", &fd) == Number(Errno::kLoop));
}

}  // namespace
}  // namespace perdure::wasi
