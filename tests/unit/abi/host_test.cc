#include "perdure/host.h"

#include "rtlib/abi/memory.h"
#include "tests/unit/abi/host_fixture.h"

namespace perdure::abi {
namespace {

TEST_CASE("a view is the guest's own memory, for ranges wholly inside it") {
  HostedGuest guest;
  uint8_t* data = guest->memory.data;
  CHECK(perdure_memory_size(guest.host(), 0) == 65536);
  CHECK(perdure_try_view(guest.host(), 0, 0, 65536, PERDURE_WRITE) == data);
  CHECK(perdure_try_view(guest.host(), 0, 65535, 1, PERDURE_READ) == data + 65535);
  CHECK(perdure_try_view(guest.host(), 0, 65536, 0, PERDURE_READ) == data + 65536);
  CHECK(perdure_try_view(guest.host(), 0, 65535, 2, PERDURE_READ) == nullptr);
  CHECK(perdure_try_view(guest.host(), 0, 65537, 0, PERDURE_READ) == nullptr);
  CHECK(perdure_try_view(guest.host(), 0, UINT64_MAX, 2, PERDURE_READ) == nullptr);
  CHECK(perdure_try_view(guest.host(), 0, 1, UINT64_MAX, PERDURE_READ) == nullptr);
  CHECK(perdure_try_view(guest.host(), 1, 0, 0, PERDURE_READ) == nullptr);
  CHECK(perdure_memory_size(guest.host(), 1) == 0);
}

TEST_CASE("in a linked program memories have the indices they have in the module that calls") {
  HostedGuest guest;
  constexpr uint32_t kFirst[] = {7, 0};
  const perdure_module modules[] = {{2, kFirst, 1}, {0, nullptr, 0}};
  guest.LinkedOf(modules);
  guest->table.max_size = 0;
  CHECK(perdure_memory_size(guest.host(), 1) == 65536);
  CHECK(perdure_memory_size(guest.host(), 0) == 0);  // the program has no memory 7
  CHECK(perdure_memory_size(guest.host(), 2) == 0);
  CHECK(CallingModule(*guest.host())->exported_memory == 1);
  guest->table.max_size = 1;
  CHECK(perdure_memory_size(guest.host(), 0) == 0);
  guest->table.max_size = 2;  // from a state file that somebody changed
  CHECK(perdure_memory_size(guest.host(), 0) == 0);
  CHECK(CallingModule(*guest.host())->memory_count == 0);
}

TEST_CASE("a touch for writing changes no byte") {
  HostedGuest guest;
  for (uint32_t i = 0; i < 65536; ++i) guest->memory.data[i] = static_cast<uint8_t>(i * 31);
  REQUIRE(perdure_try_view(guest.host(), 0, 100, 65000, PERDURE_READ | PERDURE_WRITE) != nullptr);
  uint32_t changed = 0;
  for (uint32_t i = 0; i < 65536; ++i) {
    changed += guest->memory.data[i] != static_cast<uint8_t>(i * 31);
  }
  CHECK(changed == 0);
}

TEST_CASE("a view outside memory traps, and perdure_trap traps with its message") {
  HostedGuest guest;
  CHECK(Run([&] { perdure_view(guest.host(), 0, 65536, 1, PERDURE_READ); }).trap ==
        WASM_RT_TRAP_OOB);
  CHECK(Run([&] { perdure_view(guest.host(), 3, 0, 0, PERDURE_READ); }).trap == WASM_RT_TRAP_OOB);
  CHECK(Run([&] { perdure_trap(guest.host(), "out of tea"); }).message == "out of tea");
}

TEST_CASE("output is queued in order, a run of one descriptor as one effect") {
  HostedGuest guest;
  Run([&] {
    perdure_output(guest.host(), 1, "a\0b", 3);
    perdure_output(guest.host(), 1, "c", 1);
    perdure_output(guest.host(), 2, "err", 3);
    perdure_output(guest.host(), 2, "", 0);
    perdure_output(guest.host(), 1, "d", 1);
  });
  const std::vector<perdure_effect>& effects = guest.host()->effects;
  REQUIRE(effects.size() == 3);
  CHECK(effects[0].fd == 1);
  CHECK(effects[0].bytes == std::string("a\0bc", 4));
  CHECK(effects[1].fd == 2);
  CHECK(effects[1].bytes == "err");
  CHECK(effects[2].bytes == "d");
  CHECK(Run([&] { perdure_output(guest.host(), 3, "x", 1); }).kind == Kind::kTrapped);
}

TEST_CASE(
    "an event's output ends at its limit with a trap, and nothing of the last piece is queued") {
  HostedGuest guest;
  const std::string half(PERDURE_OUTPUT_BYTES_MAX / 2, 'x');
  Run([&] {
    perdure_output(guest.host(), 1, half.data(), half.size());
    perdure_output(guest.host(), 2, half.data(), half.size() - 1);
  });
  const GuestEnd end = Run([&] { perdure_output(guest.host(), 1, "ab", 2); });
  CHECK(end.kind == Kind::kTrapped);
  CHECK(end.message == "the event's output is larger than 64 MiB");
  CHECK(guest.host()->effects.size() == 2);
  CHECK(Run([&] { perdure_output(guest.host(), 2, "b", 1); }).kind == Kind::kReturned);
  CHECK(guest.host()->queued_bytes == PERDURE_OUTPUT_BYTES_MAX);
  CHECK(Run([&] { perdure_output(guest.host(), 1, half.data(), SIZE_MAX); }).kind ==
        Kind::kTrapped);
}

TEST_CASE("the host's name and data are passed through") {
  HostedGuest guest;
  int data = 0;
  guest.host()->host_data = &data;
  CHECK(perdure_host_data(guest.host()) == &data);
  CHECK(std::string(perdure_program_name(guest.host())) == "guest");
}

}  // namespace
}  // namespace perdure::abi
