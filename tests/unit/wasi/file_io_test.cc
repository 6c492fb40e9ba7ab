#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

// Offsets of iovecs and results in memory.
constexpr uint32_t kIovec = 200;
constexpr uint32_t kCount = 300;
constexpr uint32_t kText = 400;

TEST_CASE("a file is written and read at the place of its descriptor") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat});
  REQUIRE(host.Write(fd, "hello, ") == kSuccess);
  REQUIRE(host.Write(fd, "world") == kSuccess);
  CHECK(ReadFile(host.dir() + "/a") == "hello, world");
  CHECK(host.Read(fd).empty());
  CHECK(host.Seek(fd, 7, Whence::kSet) == 7);
  CHECK(host.Read(fd, 3) == "wor");
  REQUIRE(PERDURE_WASI(fd_tell)(host.get(), fd, kCount) == kSuccess);
  CHECK(host.Get64(kCount) == 10);
  CHECK(host.Seek(fd, -12, Whence::kEnd) == 0);
  CHECK(host.Seek(fd, 100, Whence::kCur) == 100);
  CHECK(host.Read(fd).empty());
}

TEST_CASE("a seek to before the beginning, or by an unknown rule, is refused") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat});
  CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, static_cast<uint64_t>(-1), 0, 0) == kInval);
  CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, static_cast<uint64_t>(-1), 1, 0) == kInval);
  CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 0, 3, 0) == kInval);
  CHECK(host.Seek(fd, INT64_MAX, Whence::kSet) == INT64_MAX);
  CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 1, 1, 0) == Number(Errno::kOverflow));
  CHECK(PERDURE_WASI(fd_seek)(host.get(), kDirFd, 0, 0, 0) == kBadf);
  CHECK(PERDURE_WASI(fd_seek)(host.get(), 9, 0, 0, 0) == kBadf);
}

TEST_CASE("an event that is delivered again writes the same bytes to the same place") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat});
  host.Write(fd, "one ");
  host.Commit();
  host.Write(fd, "two ");
  host.Rollback();
  host.Write(fd, "two ");
  CHECK(ReadFile(host.dir() + "/a") == "one two ");
}

TEST_CASE("buffers are used in order, and an empty one does not matter") {
  Host host;
  WriteFile(host.dir() + "/a", "abcdef");
  host.Begin();
  const uint32_t fd = host.Open("a");
  host.Put(kIovec, Iovec{kText, 2});
  host.Put(kIovec + 8, Iovec{kBad, 0});
  host.Put(kIovec + 16, Iovec{kText + 10, 3});
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), fd, kIovec, 3, kCount) == kSuccess);
  CHECK(host.Get32(kCount) == 5);
  CHECK(host.Text(kText) == "ab");
  CHECK(host.Text(kText + 10) == "cde");
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), fd, kIovec, 3, kCount) == kSuccess);
  CHECK(host.Get32(kCount) == 1);
}

TEST_CASE("fd_pread and fd_pwrite leave the place alone") {
  Host host;
  WriteFile(host.dir() + "/a", "abcdef");
  host.Begin();
  const uint32_t fd = host.Open("a");
  host.Put(kIovec, Iovec{kText, 3});
  REQUIRE(PERDURE_WASI(fd_pread)(host.get(), fd, kIovec, 1, 2, kCount) == kSuccess);
  CHECK(host.Text(kText) == "cde");
  host.PutText(kText, "XYZ");
  REQUIRE(PERDURE_WASI(fd_pwrite)(host.get(), fd, kIovec, 1, 8, kCount) == kSuccess);
  CHECK(ReadFile(host.dir() + "/a") == std::string("abcdef\0\0XYZ", 11));
  CHECK(host.Read(fd, 1) == "a");
  CHECK(PERDURE_WASI(fd_pread)(host.get(), fd, kIovec, 1, UINT64_MAX, kCount) == kInval);
  CHECK(PERDURE_WASI(fd_pwrite)(host.get(), fd, kIovec, 1, UINT64_MAX, kCount) == kInval);
  CHECK(PERDURE_WASI(fd_pread)(host.get(), 0, kIovec, 1, 0, kCount) == kSpipe);
  CHECK(PERDURE_WASI(fd_pwrite)(host.get(), 1, kIovec, 1, 0, kCount) == kSpipe);
}

TEST_CASE("a descriptor that appends writes to the end, whoever else wrote there") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat, .fdflags = kFdflagsAppend});
  host.Write(fd, "one ");
  std::ofstream(host.dir() + "/a", std::ios::app) << "(other) ";
  host.Write(fd, "two ");
  host.Seek(fd, 0, Whence::kSet);
  host.Write(fd, "three");
  CHECK(ReadFile(host.dir() + "/a") == "one (other) two three");
}

TEST_CASE("an append that is delivered again finds its own bytes and does not repeat them") {
  Host host;
  host.Begin();
  // It may not even read.
  const uint32_t fd =
      host.Open("a", {.oflags = kOflagsCreat, .rights = kRightsFdWrite, .fdflags = kFdflagsAppend});
  host.Write(fd, "one ");
  host.Commit();
  const std::string committed = host.get()->table;
  host.Write(fd, "two ");
  host.Write(fd, "three ");
  // The process dies here; in the next one the event is delivered again, and then another.
  host.Rollback();
  host.Restart();
  CHECK(host.get()->table == committed);
  host.Write(fd, "two ");
  host.Write(fd, "three ");
  host.Write(fd, "four");
  CHECK(ReadFile(host.dir() + "/a") == "one two three four");
}

TEST_CASE("an append after a restart destroys nothing that others wrote") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat, .fdflags = kFdflagsAppend});
  host.Write(fd, "one ");
  host.Commit();
  std::ofstream(host.dir() + "/a", std::ios::app) << "(other) ";
  host.Restart();
  host.Write(fd, "two ");
  host.Write(fd, "two ");
  CHECK(ReadFile(host.dir() + "/a") == "one (other) two two ");
}

TEST_CASE("a half-written append is completed") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat, .fdflags = kFdflagsAppend});
  host.Commit();
  WriteFile(host.dir() + "/a", "hel");
  host.Restart();
  host.Write(fd, "hello");
  CHECK(ReadFile(host.dir() + "/a") == "hello");
}

TEST_CASE("setting append moves the next write to the end") {
  Host host;
  WriteFile(host.dir() + "/a", "12345");
  host.Begin();
  const uint32_t fd = host.Open("a");
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, kFdflagsAppend) == kSuccess);
  host.Write(fd, "6");
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 0) == kSuccess);
  host.Seek(fd, 0, Whence::kSet);
  host.Write(fd, "X");
  CHECK(ReadFile(host.dir() + "/a") == "X23456");
}

TEST_CASE("flags that synchronise are kept and obeyed") {
  Host host;
  host.Begin();
  constexpr uint32_t kFlags = kFdflagsDsync | kFdflagsRsync | kFdflagsSync;
  const uint32_t fd = host.Open("a", {.oflags = kOflagsCreat, .fdflags = kFlags});
  CHECK(host.StatOf(fd).fs_flags == kFlags);
  CHECK(host.Write(fd, "text") == kSuccess);
  host.Seek(fd, 0, Whence::kSet);
  CHECK(host.Read(fd) == "text");
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, kFdflagsDsync) == kSuccess);
  CHECK(host.Write(fd, "text") == kSuccess);
}

TEST_CASE("a descriptor without the right does not read, write or seek") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  const uint32_t reader = host.Open("a", {.rights = kRightsFdRead});
  const uint32_t writer = host.Open("a", {.rights = kRightsFdWrite});
  host.Put(kIovec, Iovec{kText, 1});
  CHECK(host.Write(reader, "x") == kNotcapable);
  CHECK(PERDURE_WASI(fd_read)(host.get(), writer, kIovec, 1, kCount) == kNotcapable);
  CHECK(PERDURE_WASI(fd_seek)(host.get(), reader, 1, 0, kCount) == kNotcapable);
  CHECK(PERDURE_WASI(fd_tell)(host.get(), reader, kCount) == kNotcapable);
  CHECK(PERDURE_WASI(fd_pread)(host.get(), reader, kIovec, 1, 0, kCount) == kNotcapable);
  CHECK(PERDURE_WASI(fd_pwrite)(host.get(), writer, kIovec, 1, 0, kCount) == kNotcapable);
  CHECK(host.Read(reader) == "text");
}

TEST_CASE("a pipe in the directory is read when there is something, and not waited for before") {
  Host host;
  const std::string path = host.dir() + "/pipe";
  REQUIRE(mkfifo(path.c_str(), 0666) == 0);
  host.Begin();
  uint32_t fd;
  CHECK(host.TryOpen("pipe", &fd, {.rights = kRightsFdWrite}) == Number(Errno::kNxio));
  fd = host.Open("pipe", {.rights = kRightsFdRead | kRightsFdFdstatSetFlags});
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, kFdflagsNonblock) == kSuccess);
  const int writer = open(path.c_str(), O_WRONLY);
  std::string text;
  CHECK(host.TryRead(fd, 10, &text) == Number(Errno::kAgain));
  REQUIRE(write(writer, "abc", 3) == 3);
  CHECK(host.Read(fd) == "abc");
  CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 0, 0, kCount) == kSpipe);
  const uint32_t other = host.Open("pipe", {.rights = kRightsFdWrite});
  CHECK(host.Write(other, "def") == kSuccess);
  CHECK(host.Read(fd) == "def");
  close(writer);
}

}  // namespace
}  // namespace perdure::wasi
