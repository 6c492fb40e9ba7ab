#include <fcntl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>
#include <random>

#include "rtlib/wasi/file_identity.h"

namespace perdure::wasi {
namespace {

// Text that the process writes to standard error until Text() is asked.
class CapturedStderr {
 public:
  CapturedStderr() : saved_(dup(2)) {
    char name[] = "/tmp/perdure-stderr-XXXXXX";
    file_ = mkstemp(name);
    unlink(name);
    dup2(file_, 2);
  }
  ~CapturedStderr() {
    dup2(saved_, 2);
    close(saved_);
    close(file_);
  }
  std::string Text() const {
    char text[4096];
    const ssize_t count = pread(file_, text, sizeof text, 0);
    return {text, static_cast<size_t>(count < 0 ? 0 : count)};
  }

 private:
  int saved_, file_;
};

TEST_CASE("an open file goes on at its place in another process") {
  Host host;
  WriteFile(host.dir() + "/a", "one two three");
  host.Begin();
  const uint32_t fd = host.Open("a");
  CHECK(host.Read(fd, 4) == "one ");
  host.Restart();
  CHECK(host.Read(fd, 4) == "two ");
  CHECK(host.Seek(fd, -2, Whence::kCur) == 6);
  host.Restart();
  CHECK(host.Read(fd) == "o three");
}

TEST_CASE(
    "(H1) what changed nothing leaves the table as it was, and an empty one says the beginning") {
  Host host;
  host.Begin(false);
  host.Write(1, "text");
  host.Commit();
  CHECK(host.get()->table.empty());
  host.Restart();
  CHECK(host.table().record().descriptors.size() == 3);
}

TEST_CASE("an event that opened, read and closed files leaves the table as it was") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  host.Open("a");
  host.Commit();
  const std::string before = host.get()->table;
  for (int i = 0; i < 3; ++i) {
    const uint32_t fd = host.Open("a");
    CHECK(host.Read(fd) == "text");
    REQUIRE(PERDURE_WASI(fd_close)(host.get(), fd) == kSuccess);
  }
  host.Commit();
  CHECK(host.get()->table == before);
}

TEST_CASE("(H2) a rollback has back what the event closed, even if it is gone by now") {
  Host host;
  WriteFile(host.dir() + "/a", "one two");
  host.Begin();
  const uint32_t fd = host.Open("a");
  CHECK(host.Read(fd, 4) == "one ");
  host.Commit();
  REQUIRE(unlink((host.dir() + "/a").c_str()) == 0);
  REQUIRE(PERDURE_WASI(fd_close)(host.get(), fd) == kSuccess);
  const uint32_t other = host.Open("b", {.oflags = kOflagsCreat});
  CHECK(other == fd);
  host.Rollback();
  CHECK(host.Read(fd) == "two");
}

TEST_CASE("(H2) a committed close closes") {
  Host host;
  WriteFile(host.dir() + "/a", "");
  host.Begin();
  const uint32_t fd = host.Open("a");
  host.Commit();
  Descriptor descriptor;
  REQUIRE(host.table().Find(fd, 0, &descriptor) == Errno::kSuccess);
  const int system_fd = descriptor.system_fd;
  REQUIRE(PERDURE_WASI(fd_close)(host.get(), fd) == kSuccess);
  CHECK(fcntl(system_fd, F_GETFD) >= 0);
  host.Commit();
  CHECK(fcntl(system_fd, F_GETFD) < 0);
}

TEST_CASE("(H3) a deleted, replaced or retyped file gives stale, and one line on standard error") {
  Host host;
  for (const char* name : {"deleted", "replaced", "retyped", "kept"}) {
    WriteFile(host.dir() + "/" + name, "text");
  }
  host.Begin();
  const uint32_t deleted = host.Open("deleted");
  const uint32_t replaced = host.Open("replaced");
  const uint32_t retyped = host.Open("retyped");
  const uint32_t kept = host.Open("kept");
  host.Commit();
  REQUIRE(unlink((host.dir() + "/deleted").c_str()) == 0);
  WriteFile(host.dir() + "/new", "text");
  REQUIRE(rename((host.dir() + "/new").c_str(), (host.dir() + "/replaced").c_str()) == 0);
  REQUIRE(unlink((host.dir() + "/retyped").c_str()) == 0);
  REQUIRE(mkdir((host.dir() + "/retyped").c_str(), 0777) == 0);
  const CapturedStderr errors;
  host.Restart();
  for (const uint32_t fd : {deleted, replaced, retyped}) {
    CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kStale);
    CHECK(PERDURE_WASI(fd_read)(host.get(), fd, 0, 0, 0) == kStale);
  }
  CHECK(host.Read(kept) == "text");
  host.Restart();
  CHECK(errors.Text() ==
        "sample: warning: descriptor 4 of the guest, '/data/deleted', did not come back; it gives "
        "errno stale\n"
        "sample: warning: descriptor 5 of the guest, '/data/replaced', did not come back; it gives "
        "errno stale\n"
        "sample: warning: descriptor 6 of the guest, '/data/retyped', did not come back; it gives "
        "errno stale\n");
  CHECK(PERDURE_WASI(fd_close)(host.get(), deleted) == kSuccess);
  CHECK(PERDURE_WASI(fd_tell)(host.get(), deleted, 0) == kBadf);
}

TEST_CASE("(H3) once the guest was told that a descriptor is lost, it stays lost") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const uint32_t fd = host.Open("a");
  host.Commit();
  const std::string moved = host.outside() + "/a";
  REQUIRE(rename((host.dir() + "/a").c_str(), moved.c_str()) == 0);
  const CapturedStderr errors;
  host.Restart();
  // Nobody has asked: it may come back.
  REQUIRE(rename(moved.c_str(), (host.dir() + "/a").c_str()) == 0);
  host.Restart();
  CHECK(host.Read(fd, 2) == "te");
  host.Commit();
  REQUIRE(rename((host.dir() + "/a").c_str(), moved.c_str()) == 0);
  host.Restart();
  CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kStale);
  REQUIRE(rename(moved.c_str(), (host.dir() + "/a").c_str()) == 0);
  host.Restart();
  CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kStale);
}

TEST_CASE("(H4) a directory that this process was not given does not come back") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const uint32_t fd = host.Open("a");
  host.Commit();
  host.options.directories.clear();
  const CapturedStderr errors;
  host.Restart();
  CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kStale);
  uint32_t opened;
  CHECK(host.TryOpen("a", &opened) == kStale);
  // Its name is known.
  REQUIRE(PERDURE_WASI(fd_prestat_get)(host.get(), kDirFd, 0) == kSuccess);
  CHECK(host.Get<Prestat>(0).pr_name_len == 5);
  CHECK(PERDURE_WASI(fd_prestat_dir_name)(host.get(), kDirFd, 0, 5) == kSuccess);
}

TEST_CASE("(H4) a directory is found by the guest's name for it, wherever it is now") {
  Host host;
  WriteFile(host.dir() + "/a", "one two");
  host.Begin();
  const uint32_t fd = host.Open("a");
  CHECK(host.Read(fd, 4) == "one ");
  host.Commit();
  // As after a move to another machine: another directory, with another file of the name.
  WriteFile(host.outside() + "/a", "ONE TWO");
  host.options.directories = {{host.dir(), "/other"}, {host.outside(), "/data"}};
  host.Restart();
  CHECK(host.Read(fd) == "TWO");
  // From now on that is the file.
  host.Restart();
  CHECK(host.Seek(fd, 0, Whence::kSet) == 0);
  CHECK(host.Read(fd) == "ONE TWO");
}

TEST_CASE("a descriptor follows a file that the guest renames") {
  Host host;
  host.Begin();
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  const uint32_t fd = host.Open("d/a", {.oflags = kOflagsCreat});
  const uint32_t beside = host.Open("d2", {.oflags = kOflagsCreat});
  host.Write(fd, "one ");
  const auto from = host.PutPath("d");
  const auto to = host.PutSecondPath("e");
  REQUIRE(PERDURE_WASI(path_rename)(host.get(), kDirFd, from.at, from.length, kDirFd, to.at,
                                    to.length) == kSuccess);
  host.Restart();
  host.Write(fd, "two");
  host.Write(beside, "x");
  CHECK(ReadFile(host.dir() + "/e/a") == "one two");
}

TEST_CASE("a connection does not come back, an inherited socket does") {
  Host host;
  int pair[2];
  REQUIRE(socketpair(AF_UNIX, SOCK_STREAM, 0, pair) == 0);
  host.options.sockets = {pair[0]};
  host.Begin();
  host.Restart();
  CHECK(host.StatOf(4).fs_filetype == static_cast<uint8_t>(Filetype::kSocketStream));
  CHECK(host.Write(4, "text") == kSuccess);
  host.options.sockets.clear();
  const CapturedStderr errors;
  host.Restart();
  CHECK(host.Write(4, "text") == kStale);
  CHECK(errors.Text().find("an inherited socket") != std::string::npos);
  close(pair[0]);
  close(pair[1]);
}

TEST_CASE("a directory that cannot be opened is the user's mistake") {
  Host host;
  perdure_host* raw = host.get();
  host.options.directories = {{host.dir() + "/none", "/x"}};
  const auto made = CreateHostTable(raw);
  REQUIRE(!made.ok());
  CHECK(made.status().code() == StatusCode::kInvalidArgument);
}

TEST_CASE("a new run has the descriptors of the options, and old ones are closed") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const std::string arguments[] = {"sample"};
  REQUIRE(BeginRun(host.get(), arguments).ok());
  const uint32_t fd = host.Open("a");
  host.Commit();
  REQUIRE(BeginRun(host.get(), arguments).ok());
  host.Commit();
  CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kBadf);
  CHECK(host.Open("a") == fd);
}

TEST_CASE("a table that is not one is corrupt") {
  Host host;
  host.Begin();
  host.get()->table = "\x02nonsense";
  CHECK(DecodeHostTable(host.get()).code() == StatusCode::kCorrupt);
}

TEST_CASE("whatever a forged table says, every call has a result") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  host.options.stdin_fd = -1;
  host.Begin();
  host.Open("a");
  host.Open("d", {.oflags = kOflagsDirectory});
  host.Commit();
  const std::string bytes = host.get()->table;
  const CapturedStderr errors;
  std::mt19937 random(7);
  int accepted = 0;
  for (int i = 0; i < 4000; ++i) {
    host.get()->table = bytes;
    host.get()->table[random() % bytes.size()] = static_cast<char>(random());
    if (!DecodeHostTable(host.get()).ok()) continue;
    ++accepted;
    for (uint32_t fd = 0; fd < 8; ++fd) {
      uint32_t opened;
      host.TryOpen("a", &opened, {.directory = fd});
      PERDURE_WASI(fd_fdstat_get)(host.get(), fd, 0);
      PERDURE_WASI(fd_filestat_get)(host.get(), fd, 0);
      PERDURE_WASI(fd_prestat_get)(host.get(), fd, 0);
      PERDURE_WASI(fd_readdir)(host.get(), fd, 1000, 1000, 0, 0);
      PERDURE_WASI(fd_seek)(host.get(), fd, 1, 1, 0);
      host.Write(fd, "x");
    }
    EncodeHostTable(host.get());
  }
  CHECK(accepted > 100);
}

}  // namespace
}  // namespace perdure::wasi
