#include "tests/unit/wasi/wasi_host.h"

#include <catch2/catch.hpp>

#include "rtlib/abi/guest_call.h"

namespace perdure::wasi {
namespace {

abi::GuestEnd Raise(Host* host, uint32_t signal) {
  struct Call {
    perdure_host* host;
    uint32_t signal;
    uint32_t result;
  } call = {host->get(), signal, 0};
  abi::GuestEnd end = abi::RunGuest(
      [](void* argument) {
        auto* to = static_cast<Call*>(argument);
        to->result = PERDURE_WASI(proc_raise)(to->host, to->signal);
      },
      &call);
  if (end.kind == abi::GuestEnd::Kind::kReturned) end.exit_status = call.result;
  return end;
}

TEST_CASE("proc_exit ends the event with the guest's status") {
  Host host;
  host.Begin();
  abi::GuestEnd end = abi::RunGuest(
      [](void* argument) { PERDURE_WASI(proc_exit)(static_cast<perdure_host*>(argument), 300); },
      host.get());
  CHECK(end.kind == abi::GuestEnd::Kind::kExited);
  CHECK(end.exit_status == 300);
  CHECK(PERDURE_WASI(sched_yield)(host.get()) == kSuccess);
}

TEST_CASE("a signal that would end a process ends the event as a trap") {
  Host host;
  host.Begin();
  const abi::GuestEnd end = Raise(&host, 6);
  CHECK(end.kind == abi::GuestEnd::Kind::kTrapped);
  CHECK(end.message == "the guest raised signal ABRT");
  CHECK(Raise(&host, 30).message == "the guest raised signal SYS");
}

TEST_CASE("a signal that nobody waits for does nothing, and there are 31 of them") {
  Host host;
  host.Begin();
  for (const uint32_t signal : {0u, 16u, 17u, 22u, 27u}) {
    const abi::GuestEnd end = Raise(&host, signal);
    CHECK(end.kind == abi::GuestEnd::Kind::kReturned);
    CHECK(end.exit_status == kSuccess);
  }
  CHECK(Raise(&host, 31).exit_status == kInval);
  CHECK(Raise(&host, 0xffffffff).exit_status == kInval);
}

}  // namespace
}  // namespace perdure::wasi
