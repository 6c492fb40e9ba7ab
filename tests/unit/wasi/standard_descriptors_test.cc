#include <fcntl.h>
#include <unistd.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

// A pipe that holds `text`; its end for writing is closed.
int PipeWith(std::string_view text) {
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  REQUIRE(write(fds[1], text.data(), text.size()) == static_cast<ssize_t>(text.size()));
  close(fds[1]);
  return fds[0];
}

TEST_CASE("fd_write queues the buffers in order for its descriptor") {
  Host host;
  host.Begin();
  host.PutText(100, "hello, world\n");
  host.Put32(0, 100);
  host.Put32(4, 7);
  host.Put32(8, kBad);  // empty: its address does not matter
  host.Put32(12, 0);
  host.Put32(16, 107);
  host.Put32(20, 6);
  REQUIRE(PERDURE_WASI(fd_write)(host.get(), 1, 0, 3, 64) == kSuccess);
  CHECK(host.Get32(64) == 13);
  REQUIRE(PERDURE_WASI(fd_write)(host.get(), 2, 0, 1, 64) == kSuccess);
  CHECK(host.Output(1) == "hello, world\n");
  CHECK(host.Output(2) == "hello, ");
  REQUIRE(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0, 64) == kSuccess);
  CHECK(host.Get32(64) == 0);
}

TEST_CASE("fd_write of an event that is full writes what has room, and then is out of buffers") {
  Host host;
  host.Begin();
  host.PutText(100, "hello, world\n");
  host.Put32(0, 100);
  host.Put32(4, 7);
  host.Put32(8, 107);
  host.Put32(12, 6);
  host.get()->queued_bytes = PERDURE_OUTPUT_BYTES_MAX - 9;
  REQUIRE(PERDURE_WASI(fd_write)(host.get(), 1, 0, 2, 64) == kSuccess);
  CHECK(host.Get32(64) == 9);
  CHECK(host.Output(1) == "hello, wo");
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 2, 64) == Number(Errno::kNobufs));
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0, 64) == kSuccess);
  CHECK(host.Output(1) == "hello, wo");
}

TEST_CASE("fd_write with one bad pointer writes nothing") {
  Host host;
  host.Begin();
  host.Put32(0, 100);
  host.Put32(4, 5);
  host.Put32(8, kBad - 1);
  host.Put32(12, 2);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 2, 64) == kFault);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 1, kBad - 3) == kFault);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, kBad - 7, 1, 64) == kFault);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0xffffffff, 64) == kFault);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0xffffffff, 1, 64) == kFault);
  host.Put32(4, 0xffffffff);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 1, 64) == kFault);
  CHECK(host.effects().empty());
  CHECK(PERDURE_WASI(fd_write)(host.get(), 0, 0, 0, 64) == kNotcapable);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 9, 0, 0, 64) == kBadf);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 0xffffffff, 0, 0, 64) == kBadf);
}

TEST_CASE("buffers that name the same bytes many times are written up to a limit") {
  Host host;
  host.Begin();
  for (uint32_t i = 0; i < 8000; ++i) {
    host.Put32(8 * i, 0);
    host.Put32(8 * i + 4, 60000);
  }
  REQUIRE(PERDURE_WASI(fd_write)(host.get(), 1, 0, 8000, 65000) == kSuccess);
  CHECK(host.Get32(65000) == 16u << 20);
  CHECK(host.Output(1).size() == 16u << 20);
}

TEST_CASE("fd_read fills the buffers and stops at the end of the input") {
  Host host;
  const int input = PipeWith("abcdef");
  host.options.stdin_fd = input;
  host.Begin();
  host.Put32(0, 0);
  host.Put32(4, 0);
  host.Put32(8, 100);
  host.Put32(12, 3);
  host.Put32(16, 200);
  host.Put32(20, 1);
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), 0, 0, 3, 64) == kSuccess);
  CHECK(host.Get32(64) == 4);
  CHECK(host.Text(100) == "abc");
  CHECK(host.Text(200) == "d");
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), 0, 0, 3, 64) == kSuccess);
  CHECK(host.Get32(64) == 2);
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), 0, 0, 3, 64) == kSuccess);
  CHECK(host.Get32(64) == 0);
  close(input);
}

TEST_CASE("fd_read reads nothing when it could not deliver it") {
  Host host;
  int fds[2];
  REQUIRE(pipe2(fds, O_NONBLOCK) == 0);
  REQUIRE(write(fds[1], "ab", 2) == 2);
  host.options.stdin_fd = fds[0];
  host.Begin();
  host.Put32(0, kBad - 1);
  host.Put32(4, 2);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 1, 64) == kFault);
  host.Put32(0, 100);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 1, kBad - 3) == kFault);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 0xffffffff, 64) == kFault);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 1, 0, 1, 64) == kNotcapable);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 9, 0, 1, 64) == kBadf);
  char left[3] = {};
  CHECK(read(fds[0], left, 2) == 2);
  close(fds[0]);
  close(fds[1]);
}

TEST_CASE("a descriptor that is not to wait gives again when nothing is there") {
  Host host;
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  host.options.stdin_fd = fds[0];
  host.Begin();
  REQUIRE(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), 0, kFdflagsNonblock) == kSuccess);
  std::string text;
  CHECK(host.TryRead(0, 10, &text) == Number(Errno::kAgain));
  REQUIRE(write(fds[1], "x", 1) == 1);
  CHECK(host.Read(0) == "x");
  close(fds[0]);
  close(fds[1]);
}

TEST_CASE("an input that was given as at its end is at its end") {
  Host host;
  host.options.stdin_fd = -1;
  host.Begin();
  CHECK(host.Read(0).empty());
}

TEST_CASE("to a reactor the three descriptors are character devices that cannot seek") {
  Host host;
  host.options.stdin_fd = PipeWith("");
  host.Begin();
  for (uint32_t fd : {0u, 1u, 2u}) {
    std::memset(host.bytes(0), 0xff, 64);
    REQUIRE(PERDURE_WASI(fd_fdstat_get)(host.get(), fd, 0) == kSuccess);
    const auto stat = host.Get<Fdstat>(0);
    CHECK(stat.fs_filetype == static_cast<uint8_t>(Filetype::kCharacterDevice));
    CHECK(stat.fs_flags == (fd == 0 ? 0 : kFdflagsAppend));
    CHECK(stat.fs_rights_base ==
          ((fd == 0 ? kRightsFdRead : kRightsFdWrite) | kRightsFdFdstatSetFlags |
           kRightsFdFilestatGet | kRightsPollFdReadwrite));
    CHECK(stat.fs_rights_inheriting == 0);
    REQUIRE(PERDURE_WASI(fd_filestat_get)(host.get(), fd, 0) == kSuccess);
    CHECK(host.Get<Filestat>(0).filetype == static_cast<uint8_t>(Filetype::kCharacterDevice));
    CHECK(host.Get<Filestat>(0).ino == 0);
    CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 0, 1, 0) == kSpipe);
    CHECK(PERDURE_WASI(fd_tell)(host.get(), fd, 0) == kSpipe);
  }
  close(host.options.stdin_fd);
}

TEST_CASE("to a run the three descriptors are what they are") {
  Host host;
  const std::string path = host.outside() + "/input";
  WriteFile(path, "line\n");
  host.options.stdin_fd = open(path.c_str(), O_RDONLY);
  host.Begin();
  REQUIRE(BeginRun(host.get(), {}).ok());
  CHECK(host.StatOf(0).fs_filetype == static_cast<uint8_t>(Filetype::kRegularFile));
  CHECK((host.StatOf(0).fs_rights_base & kRightsFdSeek) != 0);
  CHECK(host.Seek(0, 2, Whence::kSet) == 2);
  CHECK(host.Read(0) == "ne\n");
  REQUIRE(PERDURE_WASI(fd_filestat_get)(host.get(), 0, 0) == kSuccess);
  CHECK(host.Get<Filestat>(0).size == 5);
  close(host.options.stdin_fd);

  const int pipe_end = PipeWith("");
  host.options.stdin_fd = pipe_end;
  host.Restart();
  CHECK(host.StatOf(0).fs_filetype == static_cast<uint8_t>(Filetype::kUnknown));
  CHECK((host.StatOf(0).fs_rights_base & kRightsFdSeek) == 0);
  close(pipe_end);
}

TEST_CASE("a run goes on reading its input file where it was, in another process") {
  Host host;
  const std::string path = host.outside() + "/input";
  WriteFile(path, "one two three");
  host.options.stdin_fd = open(path.c_str(), O_RDONLY);
  host.Begin();
  REQUIRE(BeginRun(host.get(), {}).ok());
  CHECK(host.Read(0, 4) == "one ");
  // Whoever shares the file with the process finds it read that far.
  CHECK(lseek(host.options.stdin_fd, 0, SEEK_CUR) == 4);
  host.Commit();
  CHECK(host.Read(0, 4) == "two ");
  host.Rollback();
  CHECK(host.Read(0, 4) == "two ");
  close(host.options.stdin_fd);
  host.options.stdin_fd = open(path.c_str(), O_RDONLY);
  host.Restart();
  CHECK(host.Read(0) == "three");
  close(host.options.stdin_fd);

  // Another file is read from where it was given.
  WriteFile(path + "2", "other");
  host.options.stdin_fd = open((path + "2").c_str(), O_RDONLY);
  host.Restart();
  CHECK(host.Read(0) == "other");
  close(host.options.stdin_fd);
}

TEST_CASE("a closed standard descriptor stays closed, and its number is given again") {
  Host host;
  host.Begin();
  REQUIRE(PERDURE_WASI(fd_close)(host.get(), 1) == kSuccess);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0, 64) == kBadf);
  CHECK(PERDURE_WASI(fd_close)(host.get(), 1) == kBadf);
  host.Restart();
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0, 64) == kBadf);
  CHECK(host.Open("out", {.oflags = kOflagsCreat}) == 1);
  CHECK(host.Write(1, "text") == kSuccess);
  CHECK(ReadFile(host.dir() + "/out") == "text");
  CHECK(host.effects().empty());
}

TEST_CASE("standard output under another number is still standard output") {
  Host host;
  host.Begin();
  const uint32_t fd = host.Open("out", {.oflags = kOflagsCreat});
  REQUIRE(PERDURE_WASI(fd_renumber)(host.get(), 1, fd) == kSuccess);
  host.Restart();
  REQUIRE(host.Write(fd, "text") == kSuccess);
  CHECK(host.Output(1) == "text");
  CHECK(ReadFile(host.dir() + "/out").empty());
}

TEST_CASE(
    "logged input is in the state before the guest sees it, and stays there until it is read") {
  Host host;
  const int first = PipeWith("abcdef");
  const int second = PipeWith("xyz");
  host.options.stdin_fd = first;
  host.options.logs_input = true;
  host.Begin();
  CHECK(host.Read(0, 2) == "ab");
  CHECK(host.table().record().input == InputRecord{"cdef", {}});
  // The next process has another input, and does not log: what was taken comes first.
  host.options.stdin_fd = second;
  host.options.logs_input = false;
  host.Restart();
  CHECK(host.Read(0, 3) == "cde");
  host.Commit();
  CHECK(host.Read(0) == "f");
  host.Rollback();
  CHECK(host.Read(0) == "f");
  CHECK(host.Read(0) == "xyz");
  CHECK(host.Read(0).empty());
  host.options.logs_input = true;
  host.Restart();
  CHECK(host.Read(0).empty());
  close(first);
  close(second);
}

}  // namespace
}  // namespace perdure::wasi
