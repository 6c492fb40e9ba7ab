#include <sys/stat.h>
#include <unistd.h>

#include <map>
#include <set>
#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

namespace perdure::wasi {
namespace {

constexpr uint32_t kBuffer = 4096;
constexpr uint32_t kUsed = 100;

struct Listed {
  uint64_t next;
  uint64_t ino;
  Filetype filetype;
};

// The whole entries that one call gives, by name; *next: the last one's cookie. The last entry of a
// buffer that is full may be cut off.
std::map<std::string, Listed> List(Host* host, uint32_t fd, uint64_t* next, uint32_t length) {
  REQUIRE(PERDURE_WASI(fd_readdir)(host->get(), fd, kBuffer, length, *next, kUsed) == kSuccess);
  std::map<std::string, Listed> entries;
  const uint32_t used = host->Get32(kUsed);
  REQUIRE(used <= length);
  for (uint32_t at = 0; at + sizeof(Dirent) <= used;) {
    const auto entry = host->Get<Dirent>(kBuffer + at);
    at += static_cast<uint32_t>(sizeof(Dirent));
    if (at + entry.d_namlen > used) break;
    const std::string name(reinterpret_cast<const char*>(host->bytes(kBuffer + at)),
                           entry.d_namlen);
    at += entry.d_namlen;
    CHECK(entry.d_next > *next);
    *next = entry.d_next;
    CHECK(entries.emplace(name, Listed{entry.d_next, entry.d_ino, Filetype{entry.d_type}}).second);
  }
  return entries;
}

// Names from cookie *next to the end, in pieces of `length` bytes; each must come once.
std::set<std::string> ListRest(Host* host, uint32_t fd, uint64_t* next, uint32_t length) {
  std::set<std::string> names;
  while (true) {
    const auto entries = List(host, fd, next, length);
    if (entries.empty()) return names;
    for (const auto& [name, listed] : entries) CHECK(names.insert(name).second);
  }
}

void Fill(const Host& host, int count) {
  for (int i = 0; i < count; ++i) WriteFile(host.dir() + "/file" + std::to_string(i), "");
}

TEST_CASE("a directory lists its entries with inode and type") {
  Host host;
  WriteFile(host.dir() + "/a", "");
  REQUIRE(mkdir((host.dir() + "/d").c_str(), 0777) == 0);
  REQUIRE(symlink("a", (host.dir() + "/link").c_str()) == 0);
  host.Begin();
  uint64_t next = 0;
  const auto entries = List(&host, kDirFd, &next, 4096);
  CHECK(entries.size() == 5);
  CHECK(entries.at(".").next == 1);
  CHECK(entries.at("..").next == 2);
  CHECK(entries.at("..").ino == 0);
  CHECK(entries.at("a").ino == host.Stat("a").ino);
  CHECK(entries.at("a").filetype == Filetype::kRegularFile);
  CHECK(entries.at("d").filetype == Filetype::kDirectory);
  CHECK(entries.at("link").filetype == Filetype::kSymbolicLink);
  CHECK(List(&host, kDirFd, &next, 4096).empty());
}

TEST_CASE("a small buffer lists the same entries in pieces, cut off where it ends") {
  Host host;
  Fill(host, 100);
  host.Begin();
  for (const uint32_t length : {40u, 64u, 1000u, 8192u}) {
    uint64_t next = 0;
    CHECK(ListRest(&host, kDirFd, &next, length).size() == 102);
  }
  REQUIRE(PERDURE_WASI(fd_readdir)(host.get(), kDirFd, kBuffer, 30, 0, kUsed) == kSuccess);
  CHECK(host.Get32(kUsed) == 30);
  REQUIRE(PERDURE_WASI(fd_readdir)(host.get(), kDirFd, kBuffer, 0, 0, kUsed) == kSuccess);
  CHECK(host.Get32(kUsed) == 0);
}

TEST_CASE("a cookie goes on in another process, though the directory has changed") {
  Host host;
  Fill(host, 200);
  host.Begin();
  uint64_t next = 0;
  std::set<std::string> names;
  for (const auto& [name, listed] : List(&host, kDirFd, &next, 2000)) names.insert(name);
  CHECK(names.size() < 100);
  host.Restart();
  for (int i = 0; i < 200; i += 2) unlink((host.dir() + "/file" + std::to_string(i)).c_str());
  for (int i = 1000; i < 1100; ++i) WriteFile(host.dir() + "/file" + std::to_string(i), "");
  for (const std::string& name : ListRest(&host, kDirFd, &next, 2000)) {
    CHECK(names.insert(name).second);
  }
  // What was there all the time came exactly once.
  for (int i = 1; i < 200; i += 2) CHECK(names.contains("file" + std::to_string(i)));
}

TEST_CASE("cookie 0 lists anew") {
  Host host;
  host.Begin();
  uint64_t next = 0;
  CHECK(ListRest(&host, kDirFd, &next, 4096).size() == 2);
  WriteFile(host.dir() + "/a", "");
  next = 0;
  CHECK(ListRest(&host, kDirFd, &next, 4096).size() == 3);
  next = UINT64_MAX;
  CHECK(List(&host, kDirFd, &next, 4096).empty());
}

TEST_CASE("only a directory with the right is listed") {
  Host host;
  host.Begin();
  const uint32_t file = host.Open("a", {.oflags = kOflagsCreat});
  CHECK(PERDURE_WASI(fd_readdir)(host.get(), file, 0, 0, 0, 0) == kNotdir);
  CHECK(PERDURE_WASI(fd_readdir)(host.get(), 0, 0, 0, 0, 0) == kNotdir);
  const uint32_t closed = host.Open(".", {.oflags = kOflagsDirectory, .rights = kRightsPathOpen});
  CHECK(PERDURE_WASI(fd_readdir)(host.get(), closed, 0, 0, 0, 0) == kNotcapable);
}

}  // namespace
}  // namespace perdure::wasi
