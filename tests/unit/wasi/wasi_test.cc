#include <fcntl.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <cstring>
#include <ctime>
#include <string>

#include "perdure/wasi.h"
#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/wasi/functions.h"
#include "rtlib/wasi/layout.h"

namespace perdure::wasi {
namespace {

constexpr uint32_t kMemoryBytes = 65536;
constexpr uint32_t kBad = kMemoryBytes;  // the first address outside

const perdure_memory kMemories[] = {{0, 0, 1, 1, "memory"},
                                    {sizeof(wasm_rt_memory_t), 0, 1, 1, "second"}};

// A host with one memory of one page (two with `memory_count` 2), which is also the instance
// struct.
class Host {
 public:
  explicit Host(uint32_t memory_count = 1) {
    program_.name = "sample";
    program_.memory_count = memory_count;
    program_.memories = kMemories;
    for (uint32_t i = 0; i < memory_count; ++i) wasm_rt_allocate_memory(&memories_[i], 1, 1, false);
    host_.program = &program_;
    host_.instance = memories_;
    host_.wasi = &options;
  }
  ~Host() {
    for (uint32_t i = 0; i < program_.memory_count; ++i) wasm_rt_free_memory(&memories_[i]);
  }

  perdure_host* get() { return &host_; }
  perdure_program& program() { return program_; }
  const std::vector<perdure_effect>& effects() const { return host_.effects; }
  uint8_t* bytes(uint32_t address, uint32_t memory = 0) { return memories_[memory].data + address; }
  void Put32(uint32_t address, uint32_t value) {
    std::memcpy(bytes(address), &value, sizeof value);
  }
  uint32_t Get32(uint32_t address, uint32_t memory = 0) {
    uint32_t value;
    std::memcpy(&value, bytes(address, memory), sizeof value);
    return value;
  }
  uint64_t Get64(uint32_t address) {
    uint64_t value;
    std::memcpy(&value, bytes(address), sizeof value);
    return value;
  }
  void PutText(uint32_t address, std::string_view text) {
    std::memcpy(bytes(address), text.data(), text.size());
  }
  std::string Text(uint32_t address) { return reinterpret_cast<const char*>(bytes(address)); }
  std::string Output(int fd) const {
    std::string all;
    for (const perdure_effect& effect : host_.effects) {
      if (effect.fd == fd) all += effect.bytes;
    }
    return all;
  }

  WasiOptions options;

 private:
  perdure_program program_ = {};
  wasm_rt_memory_t memories_[2] = {};
  perdure_host host_;
};

constexpr auto kSuccess = static_cast<uint32_t>(Errno::kSuccess);
constexpr auto kBadf = static_cast<uint32_t>(Errno::kBadf);
constexpr auto kFault = static_cast<uint32_t>(Errno::kFault);
constexpr auto kInval = static_cast<uint32_t>(Errno::kInval);

TEST_CASE("the only argument is the program's name") {
  Host host;
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 1);
  CHECK(host.Get32(4) == 7);
  REQUIRE(PERDURE_WASI(args_get)(host.get(), 0, 100) == kSuccess);
  CHECK(host.Get32(0) == 100);
  CHECK(host.Text(100) == "sample");
}

TEST_CASE("the environment is what was given, and nothing of the process's own") {
  Host host;
  REQUIRE(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 0);
  CHECK(host.Get32(4) == 0);
  host.options.environment = {"A=1", "LONG=two words"};
  REQUIRE(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 2);
  CHECK(host.Get32(4) == 19);
  REQUIRE(PERDURE_WASI(environ_get)(host.get(), 0, kMemoryBytes - 19) == kSuccess);
  CHECK(host.Text(host.Get32(0)) == "A=1");
  CHECK(host.Text(host.Get32(4)) == "LONG=two words");
  host.get()->wasi = nullptr;
  REQUIRE(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(0) == 0);
}

TEST_CASE("strings that do not fit in memory are a fault") {
  Host host;
  host.options.environment = {"A=1", "B=2"};
  CHECK(PERDURE_WASI(environ_sizes_get)(host.get(), kBad - 3, 4) == kFault);
  CHECK(PERDURE_WASI(environ_sizes_get)(host.get(), 0, 0xffffffff) == kFault);
  CHECK(PERDURE_WASI(environ_get)(host.get(), 0, kBad - 7) == kFault);
  CHECK(PERDURE_WASI(environ_get)(host.get(), kBad - 7, 0) == kFault);
  CHECK(PERDURE_WASI(environ_get)(host.get(), 0xfffffffc, 0xfffffffc) == kFault);
}

TEST_CASE("the clocks tell the time, and unknown ones are refused") {
  Host host;
  auto now = static_cast<uint64_t>(time(nullptr));
  for (uint32_t clock : {0u, 1u}) {
    REQUIRE(PERDURE_WASI(clock_time_get)(host.get(), clock, 0, 8) == kSuccess);
    uint64_t told = host.Get64(8) / 1000000000;
    CHECK(told >= now - 5);
    CHECK(told <= now + 60);
  }
  uint64_t before = 0;
  for (int i = 0; i < 1000; ++i) {
    REQUIRE(PERDURE_WASI(clock_time_get)(host.get(), 1, 0, 8) == kSuccess);
    REQUIRE(host.Get64(8) >= before);
    before = host.Get64(8);
  }
  for (uint32_t clock : {0u, 1u, 2u, 3u}) {
    REQUIRE(PERDURE_WASI(clock_res_get)(host.get(), clock, 8) == kSuccess);
    CHECK(host.Get64(8) > 0);
    CHECK(PERDURE_WASI(clock_time_get)(host.get(), clock, 0, 8) == kSuccess);
  }
  for (uint32_t clock : {4u, 0xffffffffu}) {
    CHECK(PERDURE_WASI(clock_time_get)(host.get(), clock, 0, 8) == kInval);
    CHECK(PERDURE_WASI(clock_res_get)(host.get(), clock, 8) == kInval);
  }
  CHECK(PERDURE_WASI(clock_time_get)(host.get(), 0, 0, kBad - 7) == kFault);
}

TEST_CASE("fd_write queues the buffers in order for its descriptor") {
  Host host;
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

TEST_CASE("fd_write with one bad pointer writes nothing") {
  Host host;
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
  for (uint32_t fd : {0u, 3u, 0xffffffffu}) {
    CHECK(PERDURE_WASI(fd_write)(host.get(), fd, 0, 0, 64) == kBadf);
  }
}

TEST_CASE("buffers that name the same bytes many times are written up to a limit") {
  Host host;
  for (uint32_t i = 0; i < 8000; ++i) {
    host.Put32(8 * i, 0);
    host.Put32(8 * i + 4, 60000);
  }
  REQUIRE(PERDURE_WASI(fd_write)(host.get(), 1, 0, 8000, 65000) == kSuccess);
  CHECK(host.Get32(65000) == 16u << 20);
  CHECK(host.Output(1).size() == 16u << 20);
}

TEST_CASE("fd_read fills the first buffer and stops at the end of the input") {
  Host host;
  int fds[2];
  REQUIRE(pipe(fds) == 0);
  REQUIRE(write(fds[1], "abcdef", 6) == 6);
  close(fds[1]);
  host.options.stdin_fd = fds[0];
  host.Put32(0, 0);
  host.Put32(4, 0);
  host.Put32(8, 100);
  host.Put32(12, 4);
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), 0, 0, 2, 64) == kSuccess);
  CHECK(host.Get32(64) == 4);
  CHECK(host.Text(100) == "abcd");
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), 0, 0, 2, 64) == kSuccess);
  CHECK(host.Get32(64) == 2);
  REQUIRE(PERDURE_WASI(fd_read)(host.get(), 0, 0, 2, 64) == kSuccess);
  CHECK(host.Get32(64) == 0);
  close(fds[0]);
}

TEST_CASE("fd_read reads nothing when it could not deliver it") {
  Host host;
  int fds[2];
  REQUIRE(pipe2(fds, O_NONBLOCK) == 0);
  REQUIRE(write(fds[1], "ab", 2) == 2);
  host.options.stdin_fd = fds[0];
  host.Put32(0, kBad - 1);
  host.Put32(4, 2);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 1, 64) == kFault);
  host.Put32(0, 100);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 1, kBad - 3) == kFault);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 0xffffffff, 64) == kFault);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 1, 0, 1, 64) == kBadf);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 3, 0, 1, 64) == kBadf);
  char left[3] = {};
  CHECK(read(fds[0], left, 2) == 2);
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 1, 64) == static_cast<uint32_t>(Errno::kAgain));
  host.options.stdin_fd = -1;
  CHECK(PERDURE_WASI(fd_read)(host.get(), 0, 0, 1, 64) == kSuccess);
  CHECK(host.Get32(64) == 0);
  close(fds[0]);
  close(fds[1]);
}

TEST_CASE("the three descriptors are character devices that cannot seek") {
  Host host;
  for (uint32_t fd : {0u, 1u, 2u}) {
    std::memset(host.bytes(0), 0xff, 24);
    REQUIRE(PERDURE_WASI(fd_fdstat_get)(host.get(), fd, 0) == kSuccess);
    CHECK(*host.bytes(0) == 2);
    CHECK(host.Get64(8) == ((fd == 0 ? kRightsFdRead : kRightsFdWrite) | kRightsFdFdstatSetFlags |
                            kRightsPollFdReadwrite));
    CHECK(host.Get64(16) == 0);
    CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 0, 1, 0) == static_cast<uint32_t>(Errno::kSpipe));
    CHECK(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 1) == kSuccess);
    CHECK(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 4) ==
          static_cast<uint32_t>(Errno::kNotsup));
    CHECK(PERDURE_WASI(fd_close)(host.get(), fd) == kSuccess);
  }
  CHECK(PERDURE_WASI(fd_fdstat_get)(host.get(), 1, kBad - 23) == kFault);
}

TEST_CASE("there are no other descriptors and no directories") {
  Host host;
  for (uint32_t fd : {3u, 0xffffffffu}) {
    CHECK(PERDURE_WASI(fd_fdstat_get)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_fdstat_set_flags)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_seek)(host.get(), fd, 0, 0, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_close)(host.get(), fd) == kBadf);
    CHECK(PERDURE_WASI(fd_prestat_get)(host.get(), fd, 0) == kBadf);
    CHECK(PERDURE_WASI(fd_prestat_dir_name)(host.get(), fd, 0, 0) == kBadf);
  }
}

TEST_CASE("random bytes fill exactly the buffer") {
  Host host;
  REQUIRE(PERDURE_WASI(random_get)(host.get(), 1000, 5000) == kSuccess);
  int zeros = 0;
  for (uint32_t i = 0; i < 5000; ++i) zeros += *host.bytes(1000 + i) == 0;
  CHECK(zeros < 100);
  CHECK(*host.bytes(999) == 0);
  CHECK(*host.bytes(6000) == 0);
  CHECK(PERDURE_WASI(random_get)(host.get(), 0, 0) == kSuccess);
  CHECK(PERDURE_WASI(random_get)(host.get(), kBad - 1, 2) == kFault);
  CHECK(PERDURE_WASI(random_get)(host.get(), 0, 0xffffffff) == kFault);
}

TEST_CASE("proc_exit ends the event with the guest's status") {
  Host host;
  abi::GuestEnd end = abi::RunGuest(
      [](void* argument) { PERDURE_WASI(proc_exit)(static_cast<perdure_host*>(argument), 300); },
      host.get());
  CHECK(end.kind == abi::GuestEnd::Kind::kExited);
  CHECK(end.exit_status == 300);
  CHECK(PERDURE_WASI(sched_yield)(host.get()) == kSuccess);
}

TEST_CASE("pointers are into the memory exported as \"memory\"") {
  Host host(2);
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kSuccess);
  CHECK(host.Get32(4, 0) == 7);
  const perdure_export exports[] = {{"memory", PERDURE_FUNC, 0}, {"memory", PERDURE_MEMORY, 1}};
  host.program().exports = exports;
  host.program().export_count = 2;
  REQUIRE(PERDURE_WASI(args_sizes_get)(host.get(), 0, 8) == kSuccess);
  CHECK(host.Get32(8, 0) == 0);
  CHECK(host.Get32(8, 1) == 7);
}

TEST_CASE("without a memory every pointer is a fault") {
  Host host(0);
  CHECK(PERDURE_WASI(args_sizes_get)(host.get(), 0, 4) == kFault);
  CHECK(PERDURE_WASI(fd_write)(host.get(), 1, 0, 0, 0) == kFault);
  CHECK(PERDURE_WASI(random_get)(host.get(), 0, 0) == kFault);
}

}  // namespace
}  // namespace perdure::wasi
