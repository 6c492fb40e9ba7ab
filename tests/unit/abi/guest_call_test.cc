// RunGuest: every way out is a value. Invariants (n) are those of rtlib/abi/guest_call.cc.
#include <fenv.h>
#include <signal.h>

#include <cmath>
#include <thread>

#include "rtlib/abi/guest_thread.h"
#include "tests/unit/abi/guest_fixture.h"

namespace perdure::abi {
namespace {

TEST_CASE("a function that returns is kReturned and leaves its result behind") {
  Guest guest;
  uint32_t sum = 0;
  const GuestEnd end = Run([&] { sum = guest_increment(guest.get(), 41); });
  CHECK(end.kind == Kind::kReturned);
  CHECK(end.message.empty());
  CHECK(sum == 42);
}

TEST_CASE("every kind of trap is reported with the words of the specification") {
  Guest guest;
  w2c_guest* g = guest.get();
  ExpectTrap(Run([=] { guest_load(g, 65536, 0); }), WASM_RT_TRAP_OOB,
             "out of bounds memory access");
  ExpectTrap(Run([=] { guest_fill(g, 65530, 1, 7); }), WASM_RT_TRAP_OOB,
             "out of bounds memory access");
  ExpectTrap(Run([] { guest_divide(1, 0); }), WASM_RT_TRAP_DIV_BY_ZERO, "integer divide by zero");
  ExpectTrap(Run([] { guest_divide(0x80000000u, 0xffffffffu); }), WASM_RT_TRAP_INT_OVERFLOW,
             "integer overflow");
  ExpectTrap(Run([] { guest_truncate(1e10); }), WASM_RT_TRAP_INT_OVERFLOW, "integer overflow");
  ExpectTrap(Run([] { guest_truncate(NAN); }), WASM_RT_TRAP_INVALID_CONVERSION,
             "invalid conversion to integer");
  ExpectTrap(Run([] { guest_unreachable(); }), WASM_RT_TRAP_UNREACHABLE, "unreachable");
  ExpectTrap(Run([=] { guest_call_indirect(g, 1, 0); }), WASM_RT_TRAP_UNINITIALIZED_ELEMENT,
             "uninitialized element");
  ExpectTrap(Run([=] { guest_call_indirect(g, 2, 0); }), WASM_RT_TRAP_UNDEFINED_ELEMENT,
             "undefined element");
  ExpectTrap(Run([=] { guest_call_indirect_void(g, 0); }), WASM_RT_TRAP_CALL_INDIRECT,
             "indirect call type mismatch");
  ExpectTrap(Run([] { wasm_rt_trap(WASM_RT_TRAP_OOB_TABLE); }), WASM_RT_TRAP_OOB_TABLE,
             "out of bounds table access");
  ExpectTrap(Run([=] { guest_throw(g, &guest_tag_a, 1); }), WASM_RT_TRAP_UNCAUGHT_EXCEPTION,
             "uncaught exception");
  ExpectTrap(Run([] { wasm_rt_trap(WASM_RT_TRAP_UNALIGNED); }), WASM_RT_TRAP_UNALIGNED,
             "unaligned atomic");
  uint32_t called = 0;
  CHECK(Run([&] { called = guest_call_indirect(g, 0, 7); }).kind == Kind::kReturned);
  CHECK(called == 8);
}

TEST_CASE("a hundred thousand frames and more fit on the guest's stack") {
  Guest guest;
  uint32_t depth = 0;
  CHECK(Run([&] { depth = guest_recurse(guest.get(), 150000, nullptr); }).kind == Kind::kReturned);
  CHECK(depth == 150000);
}

TEST_CASE("endless recursion is a trap, again and again, and the stack's pages are given back") {
  Guest guest;
  for (int i = 0; i < 3; ++i) {
    ExpectTrap(Run([&] { guest_recurse_forever(guest.get(), 0); }), WASM_RT_TRAP_EXHAUSTION,
               "call stack exhausted");
    uint32_t depth = 0;
    CHECK(Run([&] { depth = guest_recurse(guest.get(), 1000, nullptr); }).kind == Kind::kReturned);
    CHECK(depth == 1000);
  }
}

TEST_CASE("a host function entered with too little stack left traps before it starts") {
  Guest guest;
  const auto with_bytes_left = [&](uint64_t bytes) {
    return Run([&guest, bytes] {
      guest_recurse_to(guest.get(), CurrentGuestThread()->stack_low + bytes,
                       [](w2c_guest*) { RequireHostStack(); });
    });
  };
  CHECK(with_bytes_left(kHostStackBytes + 65536).kind == Kind::kReturned);
  const GuestEnd end = with_bytes_left(kHostStackBytes / 2);
  ExpectTrap(end, WASM_RT_TRAP_EXHAUSTION, "call stack exhausted");
}

TEST_CASE("an exit deep in the guest's stack ends the run with its status") {
  Guest guest;
  const GuestEnd end =
      Run([&] { guest_recurse(guest.get(), 50000, [](w2c_guest*) { ExitGuest(7); }); });
  CHECK(end.kind == Kind::kExited);
  CHECK(end.exit_status == 7);
  CHECK(end.message.empty());
}

TEST_CASE("a host function's message is the trap's message, cut between characters at 255 bytes") {
  GuestEnd end = Run([] { TrapGuest("no such thing"); });
  ExpectTrap(end, WASM_RT_TRAP_NONE, "no such thing");
  static std::string text;
  text = std::string(254, 'x') + "\u00e9tail";  // the two-byte character would end at byte 256
  end = Run([] { TrapGuest(text.c_str()); });
  CHECK(end.message == std::string(254, 'x'));
  text = std::string(253, 'x') + "\u00e9";
  end = Run([] { TrapGuest(text.c_str()); });
  CHECK(end.message == text);
}

TEST_CASE("nothing of one run is left in the next") {
  Guest guest;
  Run([] { ExitGuest(9); });
  Run([] { TrapGuest("x"); });
  const GuestEnd end = Run([] {});
  CHECK(end.kind == Kind::kReturned);
  CHECK(end.trap == WASM_RT_TRAP_NONE);
  CHECK(end.exit_status == 0);
  CHECK(end.message.empty());
}

TEST_CASE("a trap by fault leaves the signal mask and errno as they were, any number of times") {
  Guest guest;
  sigset_t before;
  sigset_t after;
  pthread_sigmask(SIG_SETMASK, nullptr, &before);
  for (int i = 0; i < 2000; ++i) {
    errno = 12345;
    const GuestEnd end = Run([&] { guest_store(guest.get(), 0xffffffffu, 0xffffffffu, 1); });
    if (end.trap != WASM_RT_TRAP_OOB || errno != 12345) FAIL("run " << i);
  }
  pthread_sigmask(SIG_SETMASK, nullptr, &after);
  for (int signal = 1; signal < 32; ++signal) {
    CHECK(sigismember(&before, signal) == sigismember(&after, signal));
  }
}

TEST_CASE("a run that is cut off does not leave its rounding mode to the host") {
  REQUIRE(fegetround() == FE_TONEAREST);
  Run([] {
    fesetround(FE_UPWARD);
    ExitGuest(0);
  });
  CHECK(fegetround() == FE_TONEAREST);
}

TEST_CASE("threads have guest stacks of their own, and give them back") {
  Guest guest;
  for (int round = 0; round < 20; ++round) {
    GuestEnd ends[2];
    std::thread threads[2];
    for (int i = 0; i < 2; ++i) {
      threads[i] = std::thread([&, i] {
        for (int n = 0; n < 50; ++n) {
          ends[i] = Run([&] {
            guest_recurse(guest.get(), 100, [](w2c_guest* g) { guest_load(g, 1u << 20, 0); });
          });
        }
      });
    }
    for (std::thread& thread : threads) thread.join();
    for (const GuestEnd& end : ends) CHECK(end.trap == WASM_RT_TRAP_OOB);
  }
}

TEST_CASE("guest code entered from a host function stops the process (1)") {
  CHECK(Crashed(StatusOfChild([] { Run([] { Run([] {}); }); })));
  CHECK(Crashed(StatusOfChild([] { wasm_rt_trap(WASM_RT_TRAP_OOB); })));
}

TEST_CASE("exit called by a host function ends the process in order") {
  const int status = StatusOfChild([] { Run([] { exit(3); }); });
  CHECK(WIFEXITED(status));
  // The leak check looks for its roots on the host's stack only.
  CHECK((kSanitized || WEXITSTATUS(status) == 3));
}

}  // namespace
}  // namespace perdure::abi
