// A host as WASI functions see one: a memory of one page, a live host table, and a directory.
//
//     Host host;
//     host.Begin();                                   // descriptor 3 is host.dir(), called "/data"
//     uint32_t fd = host.Open("a.txt", {.oflags = kOflagsCreat});
//     host.Restart();                                 // another process, the same state
#pragma once

#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "perdure/wasi.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/errno.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/host_table.h"
#include "rtlib/wasi/layout.h"
#include "tests/support/temp_dir.h"

namespace perdure::wasi {

inline constexpr uint32_t kMemoryBytes = 65536;
inline constexpr uint32_t kBad = kMemoryBytes;  // the first address outside
inline constexpr uint32_t kDirFd = 3;

// Results to compare with.
inline constexpr uint32_t kSuccess = Number(Errno::kSuccess);
inline constexpr uint32_t kBadf = Number(Errno::kBadf);
inline constexpr uint32_t kFault = Number(Errno::kFault);
inline constexpr uint32_t kInval = Number(Errno::kInval);
inline constexpr uint32_t kNotcapable = Number(Errno::kNotcapable);
inline constexpr uint32_t kNoent = Number(Errno::kNoent);
inline constexpr uint32_t kNotdir = Number(Errno::kNotdir);
inline constexpr uint32_t kSpipe = Number(Errno::kSpipe);
inline constexpr uint32_t kStale = Number(Errno::kStale);
inline constexpr uint32_t kExist = Number(Errno::kExist);

// What path_open takes beside the path.
struct OpenArguments {
  uint32_t directory = kDirFd;
  uint32_t lookup_flags = kLookupSymlinkFollow;
  uint32_t oflags = 0;
  uint64_t rights = kRightsAll;
  uint64_t inheriting = kRightsAll;
  uint32_t fdflags = 0;
};

class Host {
 public:
  explicit Host(uint32_t memory_count = 1);
  ~Host();
  Host(const Host&) = delete;
  Host& operator=(const Host&) = delete;

  // Makes the live table, with `options` and (unless told not to) the directory.
  void Begin(bool with_directory = true);
  // As a process that opens the committed state: encodes, advances, and begins from the bytes.
  void Restart();
  // As the engine after an event that returned, or trapped.
  void Commit();
  void Rollback();

  perdure_host* get() { return &host_; }
  HostTable& table() { return *table_; }
  perdure_program& program() { return program_; }
  const std::vector<perdure_effect>& effects() const { return host_.effects; }
  std::string dir() const { return dir_.path() + "/root"; }
  std::string outside() const { return dir_.path() + "/outside"; }

  uint8_t* bytes(uint32_t address, uint32_t memory = 0) { return memories_[memory].data + address; }
  void Put32(uint32_t address, uint32_t value) { Put(address, value); }
  uint32_t Get32(uint32_t address, uint32_t memory = 0) { return Get<uint32_t>(address, memory); }
  uint64_t Get64(uint32_t address) { return Get<uint64_t>(address); }
  template <typename T>
  void Put(uint32_t address, const T& value) {
    std::memcpy(bytes(address), &value, sizeof value);
  }
  template <typename T>
  T Get(uint32_t address, uint32_t memory = 0) {
    T value;
    std::memcpy(&value, bytes(address, memory), sizeof value);
    return value;
  }
  void PutText(uint32_t address, std::string_view text) {
    std::memcpy(bytes(address), text.data(), text.size());
  }
  std::string Text(uint32_t address) { return reinterpret_cast<const char*>(bytes(address)); }
  std::string Output(int fd) const;

  // Calls with arguments put into memory at places of their own, and results taken from there.
  uint32_t TryOpen(std::string_view path, uint32_t* fd, const OpenArguments& arguments = {});
  uint32_t Open(std::string_view path, const OpenArguments& arguments = {});  // fails the test
  uint32_t Write(uint32_t fd, std::string_view text);
  // Fails the test on an error.
  std::string Read(uint32_t fd, uint32_t length = 4096);
  uint32_t TryRead(uint32_t fd, uint32_t length, std::string* text);
  uint64_t Seek(uint32_t fd, int64_t offset, Whence whence);
  Filestat Stat(std::string_view path, uint32_t lookup_flags = 0);
  Fdstat StatOf(uint32_t fd);

  // A path in memory, for calls that take one.
  struct Path {
    uint32_t at, length;
  };
  Path PutPath(std::string_view path);
  Path PutSecondPath(std::string_view path);

  WasiOptions options;

 private:
  test::TempDir dir_;
  perdure_program program_ = {};
  wasm_rt_memory_t memories_[2] = {};
  perdure_host host_;
  std::unique_ptr<HostTable> table_;
  std::string committed_;
};

// Files of the test, by the system's own means.
void WriteFile(const std::string& path, std::string_view text);
std::string ReadFile(const std::string& path);
bool Exists(const std::string& path);

}  // namespace perdure::wasi
