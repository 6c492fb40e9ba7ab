#include "tests/unit/wasi/wasi_host.h"

#include <sys/stat.h>

#include <catch2/catch.hpp>
#include <fstream>
#include <sstream>

namespace perdure::wasi {
namespace {

const perdure_memory kMemories[] = {{0, 0, 1, 1, "memory"},
                                    {sizeof(wasm_rt_memory_t), 0, 1, 1, "second"}};

// Where helpers put things: away from the low addresses that tests use.
constexpr uint32_t kResultAt = 30000;
constexpr uint32_t kIovecAt = 30008;
constexpr uint32_t kStatAt = 30064;
constexpr uint32_t kPathAt = 32768;
constexpr uint32_t kSecondPathAt = 40960;
constexpr uint32_t kBufferAt = 49152;

}  // namespace

Host::Host(uint32_t memory_count) {
  program_.name = "sample";
  program_.memory_count = memory_count;
  program_.memories = kMemories;
  for (uint32_t i = 0; i < memory_count; ++i) wasm_rt_allocate_memory(&memories_[i], 1, 1, false);
  host_.program = &program_;
  host_.instance = memories_;
  host_.wasi = &options;
  REQUIRE(mkdir(dir().c_str(), 0777) == 0);
  REQUIRE(mkdir(outside().c_str(), 0777) == 0);
}

Host::~Host() {
  for (uint32_t i = 0; i < program_.memory_count; ++i) wasm_rt_free_memory(&memories_[i]);
}

void Host::Begin(bool with_directory) {
  if (with_directory && options.directories.empty()) {
    options.directories.push_back({dir(), "/data"});
  }
  auto table = CreateHostTable(&host_);
  REQUIRE(table.ok());
  table_ = *std::move(table);
  if (!committed_.empty()) {
    host_.table = committed_;
    REQUIRE(DecodeHostTable(&host_).ok());
  }
}

void Host::Commit() {
  EncodeHostTable(&host_);
  committed_ = host_.table;
  AdvanceHostTable(&host_);
}

void Host::Rollback() {
  host_.table = committed_;
  REQUIRE(DecodeHostTable(&host_).ok());
}

void Host::Restart() {
  Commit();
  table_.reset();
  Begin(false);
}

std::string Host::Output(int fd) const {
  std::string all;
  for (const perdure_effect& effect : host_.effects) {
    if (effect.fd == fd) all += effect.bytes;
  }
  return all;
}

Host::Path Host::PutPath(std::string_view path) {
  PutText(kPathAt, path);
  return {kPathAt, static_cast<uint32_t>(path.size())};
}

Host::Path Host::PutSecondPath(std::string_view path) {
  PutText(kSecondPathAt, path);
  return {kSecondPathAt, static_cast<uint32_t>(path.size())};
}

uint32_t Host::TryOpen(std::string_view path, uint32_t* fd, const OpenArguments& arguments) {
  const Path at = PutPath(path);
  const uint32_t result = PERDURE_WASI(path_open)(
      get(), arguments.directory, arguments.lookup_flags, at.at, at.length, arguments.oflags,
      arguments.rights, arguments.inheriting, arguments.fdflags, kResultAt);
  *fd = Get32(kResultAt);
  return result;
}

uint32_t Host::Open(std::string_view path, const OpenArguments& arguments) {
  uint32_t fd = 0;
  REQUIRE(TryOpen(path, &fd, arguments) == kSuccess);
  return fd;
}

uint32_t Host::Write(uint32_t fd, std::string_view text) {
  PutText(kBufferAt, text);
  Put(kIovecAt, Iovec{kBufferAt, static_cast<uint32_t>(text.size())});
  const uint32_t result = PERDURE_WASI(fd_write)(get(), fd, kIovecAt, 1, kResultAt);
  if (result == kSuccess) CHECK(Get32(kResultAt) == text.size());
  return result;
}

uint32_t Host::TryRead(uint32_t fd, uint32_t length, std::string* text) {
  Put(kIovecAt, Iovec{kBufferAt, length});
  const uint32_t result = PERDURE_WASI(fd_read)(get(), fd, kIovecAt, 1, kResultAt);
  text->clear();
  if (result == kSuccess) {
    text->assign(reinterpret_cast<const char*>(bytes(kBufferAt)), Get32(kResultAt));
  }
  return result;
}

std::string Host::Read(uint32_t fd, uint32_t length) {
  std::string text;
  REQUIRE(TryRead(fd, length, &text) == kSuccess);
  return text;
}

uint64_t Host::Seek(uint32_t fd, int64_t offset, Whence whence) {
  REQUIRE(PERDURE_WASI(fd_seek)(get(), fd, static_cast<uint64_t>(offset),
                                static_cast<uint32_t>(whence), kResultAt) == kSuccess);
  return Get64(kResultAt);
}

Filestat Host::Stat(std::string_view path, uint32_t lookup_flags) {
  const Path at = PutPath(path);
  REQUIRE(PERDURE_WASI(path_filestat_get)(get(), kDirFd, lookup_flags, at.at, at.length, kStatAt) ==
          kSuccess);
  return Get<Filestat>(kStatAt);
}

Fdstat Host::StatOf(uint32_t fd) {
  REQUIRE(PERDURE_WASI(fd_fdstat_get)(get(), fd, kStatAt) == kSuccess);
  return Get<Fdstat>(kStatAt);
}

void WriteFile(const std::string& path, std::string_view text) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << text;
}

std::string ReadFile(const std::string& path) {
  std::ostringstream text;
  text << std::ifstream(path, std::ios::binary).rdbuf();
  return text.str();
}

bool Exists(const std::string& path) {
  struct stat info;
  return lstat(path.c_str(), &info) == 0;
}

}  // namespace perdure::wasi
