#include "rtlib/abi/memory.h"

#include <sys/resource.h>

#include <vector>

#include "tests/unit/abi/guest_fixture.h"

namespace perdure::abi {
namespace {

struct Memory : wasm_rt_memory_t {
  Memory(uint64_t initial, uint64_t maximum, bool wide = false) : wasm_rt_memory_t{} {
    REQUIRE(AllocateMemory(this, initial, maximum, wide));
  }
  ~Memory() { wasm_rt_free_memory(this); }
};

TEST_CASE("a 32-bit memory reserves all that 32-bit code can reach, and never moves") {
  Memory memory(1, 65536);
  CHECK(ReservedBytes(memory) > (uint64_t{8} << 30));
  CHECK(memory.size == kWasmPageBytes);
  CHECK(reinterpret_cast<uintptr_t>(memory.data) % 4096 == 0);
  uint8_t* data = memory.data;
  memory.data[65535] = 9;
  CHECK(wasm_rt_grow_memory(&memory, 1000) == 1);
  CHECK(memory.data == data);
  CHECK(memory.pages == 1001);
  CHECK(memory.size == 1001 * kWasmPageBytes);
  CHECK(memory.data[65535] == 9);
  CHECK(memory.data[memory.size - 1] == 0);
  memory.data[memory.size - 1] = 1;
}

TEST_CASE("growth beyond the maximum, or by an absurd amount, fails and changes nothing") {
  Memory memory(2, 3);
  CHECK(wasm_rt_grow_memory(&memory, 2) == UINT64_MAX);
  CHECK(wasm_rt_grow_memory(&memory, UINT64_MAX) == UINT64_MAX);
  CHECK(wasm_rt_grow_memory(&memory, UINT64_MAX - 1) == UINT64_MAX);
  CHECK(memory.pages == 2);
  CHECK(wasm_rt_grow_memory(&memory, 0) == 2);
  CHECK(wasm_rt_grow_memory(&memory, 1) == 2);
  CHECK(wasm_rt_grow_memory(&memory, 1) == UINT64_MAX);
  CHECK(memory.size == 3 * kWasmPageBytes);
}

TEST_CASE("a full four gigabytes can be had, and its last byte used") {
  Memory memory(0, 65536);
  CHECK(memory.size == 0);
  CHECK(wasm_rt_grow_memory(&memory, 65536) == 0);
  CHECK(memory.size == uint64_t{1} << 32);
  memory.data[memory.size - 1] = 3;
  CHECK(memory.data[memory.size - 1] == 3);
  CHECK(wasm_rt_grow_memory(&memory, 1) == UINT64_MAX);
}

TEST_CASE("pages given up are out of bounds, and read as zero when they come back") {
  Guest guest;
  REQUIRE(guest_grow(guest.get(), 2) == 1);
  guest_store(guest.get(), 2 * 65536 + 8, 0, 123);
  REQUIRE(ResizeMemory(&guest->memory, 1));
  CHECK(Run([&] { guest_load(guest.get(), 2 * 65536 + 8, 0); }).trap == WASM_RT_TRAP_OOB);
  CHECK(Run([&] { guest_load(guest.get(), 65535, 0); }).trap == WASM_RT_TRAP_OOB);
  CHECK_FALSE(ResizeMemory(&guest->memory, 4));
  REQUIRE(ResizeMemory(&guest->memory, 3));
  CHECK(guest_load(guest.get(), 2 * 65536 + 8, 0) == 0);
}

TEST_CASE("out of bounds begins exactly at the size, for every address and offset") {
  Guest guest;
  for (const uint32_t address : {65533u, 65535u, 65536u, 0x7fffffffu, 0xfffffffcu, 0xffffffffu}) {
    for (const uint32_t offset : {0u, 1u, 0x80000000u, 0xffffffffu}) {
      CAPTURE(address, offset);
      CHECK(Run([&] { guest_load(guest.get(), address, offset); }).trap == WASM_RT_TRAP_OOB);
      CHECK(Run([&] { guest_store(guest.get(), address, offset, 1); }).trap == WASM_RT_TRAP_OOB);
    }
  }
  CHECK(Run([&] { guest_store(guest.get(), 65532, 0, 1); }).kind == Kind::kReturned);
  CHECK(Run([&] { guest_store(guest.get(), 0, 65532, 1); }).kind == Kind::kReturned);
}

TEST_CASE("a 64-bit memory reserves what it declares, and at most the limit") {
  Memory small(1, 10, true);
  CHECK(ReservedBytes(small) == 10 * kWasmPageBytes);
  CHECK(wasm_rt_grow_memory(&small, 9) == 1);
  Memory large(1, uint64_t{1} << 48, true);
  CHECK(ReservedBytes(large) == kMemory64ReserveBytes);
  const uint64_t limit_pages = kMemory64ReserveBytes / kWasmPageBytes;
  CHECK(wasm_rt_grow_memory(&large, limit_pages) == UINT64_MAX);
  CHECK(wasm_rt_grow_memory(&large, uint64_t{1} << 47) == UINT64_MAX);
  CHECK(wasm_rt_grow_memory(&large, limit_pages - 1) == 1);
  large.data[large.size - 1] = 1;
  Memory none(0, 0, true);
  CHECK(none.size == 0);
}

TEST_CASE("what tracking asks: the accessible bytes, and the least of them since it last asked") {
  Memory memory(5, 100);
  CHECK(AccessibleBytes(memory.data) == 5 * kWasmPageBytes);
  TakeSmallestSize(memory.data);
  CHECK(TakeSmallestSize(memory.data) == 5 * kWasmPageBytes);
  REQUIRE(ResizeMemory(&memory, 2));
  REQUIRE(ResizeMemory(&memory, 7));
  CHECK(AccessibleBytes(memory.data) == 7 * kWasmPageBytes);
  CHECK(TakeSmallestSize(memory.data) == 2 * kWasmPageBytes);
  CHECK(TakeSmallestSize(memory.data) == 7 * kWasmPageBytes);
  CHECK(AccessibleBytes(memory.data + 4096) == 0);
}

TEST_CASE("a memory that cannot be had is a trap with the reason, or false outside RunGuest") {
  const int status = StatusOfChild([] {
    Run([] {});  // the guest's stack is there before the limit is
    const rlimit limit = {uint64_t{4} << 30, uint64_t{4} << 30};
    setrlimit(RLIMIT_AS, &limit);
    wasm_rt_memory_t memory = {};
    if (AllocateMemory(&memory, 1, 1, false)) _exit(1);
    static wasm_rt_memory_t other;
    const GuestEnd end = Run([] { wasm_rt_allocate_memory(&other, 1, 1, false); });
    if (end.kind != Kind::kTrapped) _exit(2);
    if (end.message.find("cannot allocate a memory") == std::string::npos) _exit(3);
  });
  CHECK(WIFEXITED(status));
  CHECK((kSanitized || WEXITSTATUS(status) == 0));  // the sanitizer itself dies under a limit
  wasm_rt_memory_t memory = {};
  const uint64_t too_many = kMemory64ReserveBytes / kWasmPageBytes + 1;
  CHECK_FALSE(AllocateMemory(&memory, too_many, uint64_t{1} << 48, true));
  CHECK_FALSE(AllocateMemory(&memory, 3, 2, false));
}

TEST_CASE("growth that the system refuses is -1 to the guest") {
  const int status = StatusOfChild([] {
    Memory memory(1, 65536);
    // RLIMIT_DATA counts private writable memory, which mprotect turns the reservation into.
    rlimit limit = {uint64_t{512} << 20, uint64_t{512} << 20};
    setrlimit(RLIMIT_DATA, &limit);
    if (wasm_rt_grow_memory(&memory, 16384) != UINT64_MAX) _exit(1);
    if (memory.pages != 1) _exit(2);
    if (wasm_rt_grow_memory(&memory, 1) != 1) _exit(3);
  });
  CHECK(WIFEXITED(status));
  CHECK((kSanitized || WEXITSTATUS(status) == 0));  // the sanitizer itself dies under a limit
}

TEST_CASE("both forms of wasm_rt_allocate_memory work, and other page sizes are refused") {
  static wasm_rt_memory_t memory;
  CHECK(Run([] { wasm_rt_allocate_memory(&memory, 1, 2, false); }).kind == Kind::kReturned);
  wasm_rt_free_memory(&memory);
  CHECK(Run([] { wasm_rt_allocate_memory(&memory, 2, 2, false, 65536); }).kind == Kind::kReturned);
  CHECK(memory.pages == 2);
  wasm_rt_free_memory(&memory);
  CHECK(memory.data == nullptr);
  CHECK(Run([] { wasm_rt_allocate_memory(&memory, 2, 2, false, 1); }).kind == Kind::kTrapped);
}

TEST_CASE("memories come and go without wearing anything out") {
  for (int i = 0; i < 3 * kMaxMemories; ++i) {
    Memory memory(1, 2);
    memory.data[i % 65536] = 1;
  }
}

}  // namespace
}  // namespace perdure::abi
