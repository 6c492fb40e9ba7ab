#include <sys/stat.h>
#include <unistd.h>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

TEST_CASE("a file that is not there is created, emptied or refused as asked") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  host.Begin();
  uint32_t fd;
  CHECK(host.TryOpen("none", &fd) == kNoent);
  CHECK(host.TryOpen("a", &fd, {.oflags = kOflagsCreat | kOflagsExcl}) == kExist);
  CHECK(host.TryOpen("a", &fd, {.oflags = kOflagsDirectory}) == kNotdir);
  CHECK(host.TryOpen("b", &fd, {.oflags = kOflagsCreat | kOflagsDirectory}) == kInval);
  CHECK(host.TryOpen("a", &fd, {.oflags = 16}) == kInval);
  CHECK(host.TryOpen("a", &fd, {.fdflags = 32}) == kInval);
  CHECK(host.TryOpen("b", &fd, {.oflags = kOflagsCreat | kOflagsExcl}) == kSuccess);
  CHECK(Exists(host.dir() + "/b"));
  CHECK(host.TryOpen("a", &fd, {.oflags = kOflagsTrunc}) == kSuccess);
  CHECK(ReadFile(host.dir() + "/a").empty());
  CHECK(host.TryOpen("a/", &fd) == kNotdir);
  CHECK(host.TryOpen("a/b", &fd) == kNotdir);
  CHECK(host.TryOpen("c/", &fd, {.oflags = kOflagsCreat}) == Number(Errno::kIsdir));
  CHECK(host.TryOpen("", &fd) == kNoent);
  CHECK(host.TryOpen(std::string_view("a\0b", 3), &fd) == kInval);
  CHECK(host.TryOpen(std::string(4096, 'a'), &fd) == Number(Errno::kNametoolong));
  CHECK(host.TryOpen(std::string(256, 'a'), &fd) == Number(Errno::kNametoolong));
}

TEST_CASE("what is no directory, or no descriptor, has nothing below it") {
  Host host;
  host.Begin();
  uint32_t fd;
  const uint32_t file = host.Open("a", {.oflags = kOflagsCreat});
  CHECK(host.TryOpen("a", &fd, {.directory = file}) == kNotdir);
  CHECK(host.TryOpen("a", &fd, {.directory = 0}) == kNotdir);
  CHECK(host.TryOpen("a", &fd, {.directory = 99}) == kBadf);
}

TEST_CASE("descriptors get the lowest free number") {
  Host host;
  WriteFile(host.dir() + "/a", "");
  host.Begin();
  CHECK(host.Open("a") == 4);
  CHECK(host.Open("a") == 5);
  REQUIRE(PERDURE_WASI(fd_close)(host.get(), 4) == kSuccess);
  CHECK(host.Open("a") == 4);
  CHECK(host.Open("a") == 6);
}

TEST_CASE("a descriptor has what was asked for and its type can have") {
  Host host;
  WriteFile(host.dir() + "/a", "");
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  host.Begin();
  const Fdstat file = host.StatOf(host.Open("a"));
  CHECK(file.fs_filetype == static_cast<uint8_t>(Filetype::kRegularFile));
  CHECK(file.fs_rights_base == kRightsOfFile);
  CHECK(file.fs_rights_inheriting == 0);
  const Fdstat directory = host.StatOf(host.Open("d", {.oflags = kOflagsDirectory}));
  CHECK(directory.fs_filetype == static_cast<uint8_t>(Filetype::kDirectory));
  CHECK(directory.fs_rights_base == kRightsOfDirectory);
  CHECK(directory.fs_rights_inheriting == kRightsAll);
  const Fdstat root = host.StatOf(kDirFd);
  CHECK(root.fs_rights_base == kRightsOfDirectory);
  CHECK(root.fs_rights_inheriting == kRightsAll);
}

TEST_CASE("nobody gets a right that the directory does not pass on") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  WriteFile(host.dir() + "/d/b", "text");
  host.Begin();
  uint32_t fd;
  CHECK(host.TryOpen("a", &fd, {.rights = uint64_t{1} << 30}) == kNotcapable);
  constexpr uint64_t kReading = kRightsFdRead | kRightsPathOpen;
  const uint32_t reading = host.Open(
      "d", {.oflags = kOflagsDirectory, .rights = kRightsPathOpen, .inheriting = kReading});
  CHECK(host.TryOpen("b", &fd, {.directory = reading, .rights = kRightsFdWrite, .inheriting = 0}) ==
        kNotcapable);
  CHECK(host.TryOpen("b", &fd, {.directory = reading, .rights = 0, .inheriting = kRightsFdWrite}) ==
        kNotcapable);
  CHECK(host.TryOpen("c", &fd,
                     {.directory = reading,
                      .oflags = kOflagsCreat,
                      .rights = kRightsFdRead,
                      .inheriting = 0}) == kNotcapable);
  CHECK(host.TryOpen("b", &fd,
                     {.directory = reading,
                      .oflags = kOflagsTrunc,
                      .rights = kRightsFdRead,
                      .inheriting = 0}) == kNotcapable);
  CHECK(host.TryOpen("b", &fd, {.directory = reading, .rights = kRightsFdRead, .inheriting = 0}) ==
        kSuccess);
  const uint32_t closed =
      host.Open("d", {.oflags = kOflagsDirectory, .rights = 0, .inheriting = kReading});
  CHECK(host.TryOpen("b", &fd, {.directory = closed, .rights = kRightsFdRead, .inheriting = 0}) ==
        kNotcapable);
  CHECK(ReadFile(host.dir() + "/d/b") == "text");
}

TEST_CASE("a link in the last place is followed if asked, and refused if not") {
  Host host;
  WriteFile(host.dir() + "/a", "text");
  REQUIRE(symlink("a", (host.dir() + "/link").c_str()) == 0);
  REQUIRE(symlink("none", (host.dir() + "/dangling").c_str()) == 0);
  REQUIRE(symlink("loop", (host.dir() + "/loop").c_str()) == 0);
  host.Begin();
  uint32_t fd;
  CHECK(host.Read(host.Open("link")) == "text");
  CHECK(host.TryOpen("link", &fd, {.lookup_flags = 0}) == Number(Errno::kLoop));
  CHECK(host.TryOpen("dangling", &fd) == kNoent);
  CHECK(host.TryOpen("loop", &fd) == Number(Errno::kLoop));
  CHECK(host.TryOpen("loop/a", &fd) == Number(Errno::kLoop));
  CHECK(host.TryOpen("link", &fd, {.oflags = kOflagsCreat | kOflagsExcl}) == kExist);
  CHECK(host.TryOpen("dangling", &fd, {.oflags = kOflagsCreat}) == kSuccess);
  CHECK(Exists(host.dir() + "/none"));
}

TEST_CASE("a table of descriptors that is full gives mfile") {
  Host host;
  WriteFile(host.dir() + "/a", "");
  host.Begin();
  uint32_t fd;
  HostRecord& record = host.table().Change();
  for (uint32_t number = 4; number < 4096; ++number) {
    DescriptorRecord filler = record.descriptors.at(1);
    filler.serial = record.next_serial++;
    record.descriptors.emplace(number, filler);
  }
  CHECK(host.TryOpen("a", &fd) == Number(Errno::kMfile));
  host.Restart();
  CHECK(host.TryOpen("a", &fd) == Number(Errno::kMfile));
}

}  // namespace
}  // namespace perdure::wasi
