// Wasm exceptions. Invariants (n) are those of rtlib/abi/guest_call.cc.
#include <cstring>

#include "tests/unit/abi/guest_fixture.h"

namespace perdure::abi {
namespace {

TEST_CASE("an exception is caught by the tag it carries, with its values") {
  Guest guest;
  uint32_t result = 0;
  CHECK(Run([&] { result = guest_catch_a(guest.get(), &guest_tag_a, 0, 77); }).kind ==
        Kind::kReturned);
  CHECK(result == 77);
  CHECK(Run([&] { result = guest_catch_a(guest.get(), &guest_tag_a, 5000, 78); }).kind ==
        Kind::kReturned);
  CHECK(result == 78);
}

TEST_CASE("an exception of another tag passes to the outer try") {
  Guest guest;
  uint32_t result = 0;
  CHECK(Run([&] { result = guest_catch_nested(guest.get(), &guest_tag_b, 10, 1); }).kind ==
        Kind::kReturned);
  CHECK(result == 1000);
}

TEST_CASE("an exception that nobody catches is a trap, inside a try of another tag too") {
  Guest guest;
  ExpectTrap(Run([&] { guest_catch_a(guest.get(), &guest_tag_b, 10, 1); }),
             WASM_RT_TRAP_UNCAUGHT_EXCEPTION, "uncaught exception");
}

TEST_CASE("rethrow delivers the same exception to the outer try") {
  Guest guest;
  uint32_t result = 0;
  CHECK(Run([&] { result = guest_rethrow(guest.get(), 5); }).kind == Kind::kReturned);
  CHECK(result == 6);
}

TEST_CASE("a trap inside try blocks is not caught, and its targets are forgotten (2)") {
  Guest guest;
  for (int i = 0; i < 3; ++i) {
    CHECK(Run([&] { guest_trap_in_try(guest.get()); }).trap == WASM_RT_TRAP_OOB);
    CHECK(Run([&] { guest_throw(guest.get(), &guest_tag_a, 1); }).trap ==
          WASM_RT_TRAP_UNCAUGHT_EXCEPTION);
    CHECK(Run([] { REQUIRE(wasm_rt_exception_tag() == nullptr); }).kind == Kind::kReturned);
  }
}

TEST_CASE("exhaustion inside a try is a trap and not an exception") {
  Guest guest;
  const GuestEnd end = Run([&] {
    static WASM_RT_UNWIND_TARGET target;
    if (!wasm_rt_try(target)) {
      wasm_rt_set_unwind_target(&target);
      guest_recurse_forever(guest.get(), 0);
    }
  });
  CHECK(end.trap == WASM_RT_TRAP_EXHAUSTION);
}

TEST_CASE("an exception carries up to the documented size, and may be loaded from itself") {
  static uint8_t values[WASM_RT_MAX_EXCEPTION_SIZE + 1];
  for (size_t i = 0; i < sizeof values; ++i) values[i] = static_cast<uint8_t>(i * 7);
  bool same = false;
  CHECK(Run([&] {
          wasm_rt_load_exception(&guest_tag_a, WASM_RT_MAX_EXCEPTION_SIZE, values);
          wasm_rt_load_exception(&guest_tag_b, wasm_rt_exception_size(), wasm_rt_exception());
          same = wasm_rt_exception_tag() == &guest_tag_b &&
                 std::memcmp(values, wasm_rt_exception(), WASM_RT_MAX_EXCEPTION_SIZE) == 0;
        }).kind == Kind::kReturned);
  CHECK(same);
  CHECK(Run([] { wasm_rt_load_exception(&guest_tag_a, sizeof values, values); }).kind ==
        Kind::kTrapped);
}

}  // namespace
}  // namespace perdure::abi
