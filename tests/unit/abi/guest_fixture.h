// Vocabulary of the abi tests: an instance of guest.c, and running things as guest code.
#pragma once

#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>
#include <string>

#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/sanitizer.h"
#include "tests/unit/abi/guest.h"

namespace perdure::abi {

using Kind = GuestEnd::Kind;

#if defined(PERDURE_ASAN)
inline constexpr bool kSanitized = true;
#else
inline constexpr bool kSanitized = false;
#endif

// Runs `body` as guest code. Nothing in it may have a destructor that a trap would skip.
template <typename Body>
GuestEnd Run(Body body) {
  return RunGuest([](void* argument) { (*static_cast<Body*>(argument))(); }, &body);
}

inline void ExpectTrap(const GuestEnd& end, wasm_rt_trap_t trap, const std::string& message) {
  CHECK(end.kind == Kind::kTrapped);
  CHECK(end.trap == trap);
  CHECK(end.message == message);
}

class Guest {
 public:
  Guest() {
    REQUIRE(Run([this] { guest_instantiate(&instance_); }).kind == Kind::kReturned);
  }
  ~Guest() { guest_free(&instance_); }
  w2c_guest* get() { return &instance_; }
  w2c_guest* operator->() { return &instance_; }

 private:
  w2c_guest instance_ = {};
};

// How a forked child that runs `body` and then exits 0 ends. It crashes silently: without the
// handlers that the test framework has installed, and without its stderr.
template <typename Body>
int StatusOfChild(Body body) {
  const pid_t child = fork();
  REQUIRE(child >= 0);
  if (child == 0) {
    for (const int signal_number : {SIGSEGV, SIGABRT, SIGTERM, SIGALRM}) {
      signal(signal_number, SIG_DFL);
    }
    close(2);
    body();
    _exit(0);
  }
  int status = 0;
  REQUIRE(waitpid(child, &status, 0) == child);
  return status;
}

// By a signal, or as the sanitizers do.
inline bool Crashed(int status) {
  return WIFSIGNALED(status) || (WIFEXITED(status) && WEXITSTATUS(status) != 0);
}

}  // namespace perdure::abi
