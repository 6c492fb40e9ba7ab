// The fault handler. Invariants (n) are those of rtlib/abi/fault.cc.
#include "rtlib/abi/fault.h"

#include <signal.h>
#include <sys/mman.h>

#include "rtlib/abi/memory.h"
#include "tests/unit/abi/guest_fixture.h"

namespace perdure::abi {
namespace {

constexpr size_t kPage = 4096;

// A mapped page without access.
class Page {
 public:
  Page()
      : data_(static_cast<uint8_t*>(
            mmap(nullptr, kPage, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0))) {
    REQUIRE(data_ != MAP_FAILED);
  }
  ~Page() { munmap(data_, kPage); }
  volatile uint8_t* data() { return data_; }
  uintptr_t address() const { return reinterpret_cast<uintptr_t>(data_); }

 private:
  uint8_t* data_;
};

TEST_CASE("a write hook that makes the page writable lets the instruction run again") {
  Page page;
  int calls = 0;
  const WriteHook hook = [](void* context, uintptr_t address) {
    ++*static_cast<int*>(context);
    void* begin = reinterpret_cast<void*>(address & ~(kPage - 1));
    return mprotect(begin, kPage, PROT_READ | PROT_WRITE) == 0;
  };
  REQUIRE(SetWriteHook(page.address(), page.address() + kPage, hook, &calls).ok());
  page.data()[100] = 5;
  page.data()[200] = 6;
  CHECK(calls == 1);
  CHECK(page.data()[100] == 5);
  ClearWriteHook(page.address());
  CHECK(Crashed(StatusOfChild([&] {
    mprotect(const_cast<uint8_t*>(page.data()), kPage, PROT_NONE);
    page.data()[0] = 1;
  })));
}

TEST_CASE("at most kMaxWriteHooks regions have hooks, and the next one is refused") {
  const WriteHook never = [](void*, uintptr_t) { return false; };
  uintptr_t begin = 0x1000;
  int set = 0;
  while (SetWriteHook(begin, begin + kPage, never, nullptr).ok()) {
    ++set;
    begin += kPage;
  }
  CHECK(set == kMaxWriteHooks);
  for (uintptr_t a = 0x1000; a < begin; a += kPage) ClearWriteHook(a);
  REQUIRE(SetWriteHook(0x1000, 0x2000, never, nullptr).ok());
  ClearWriteHook(0x1000);
}

TEST_CASE("a fault inside a hook ends the process instead of looping (1)") {
  Page page;
  const int status = StatusOfChild([&] {
    alarm(20);
    const WriteHook hook = [](void* context, uintptr_t) {
      *static_cast<volatile uint8_t*>(context) = 1;
      return true;
    };
    static_cast<void>(SetWriteHook(page.address(), page.address() + kPage, hook,
                                   const_cast<uint8_t*>(page.data())));
    page.data()[0] = 1;
  });
  CHECK(Crashed(status));
  CHECK_FALSE((WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM));
}

TEST_CASE("a bug in the guest's process outside guest memory still crashes it (3)") {
  Page page;
  CHECK(Crashed(StatusOfChild([&] { page.data()[0] = 1; })));
  CHECK(Crashed(StatusOfChild([&] { Run([&] { page.data()[0] = 1; }); })));
  Guest guest;
  CHECK(Crashed(StatusOfChild([&] { static_cast<void>(guest_load(guest.get(), 1u << 20, 0)); })));
  CHECK(Crashed(StatusOfChild([&] {
    // Not out of bounds for the guest: somebody broke the memory.
    mprotect(guest->memory.data, kPage, PROT_NONE);
    Run([&] { guest_load(guest.get(), 0, 0); });
  })));
}

TEST_CASE("a signal somebody sent is not interpreted (2)") {
  CHECK(Crashed(StatusOfChild([] { Run([] { raise(SIGSEGV); }); })));
  CHECK(Crashed(StatusOfChild([] { Run([] { kill(getpid(), SIGBUS); }); })));
}

// Handlers of other code in the process. Each makes the page accessible and counts.
volatile int calls_of_other = 0;

void Other(int, siginfo_t* info, void*) {
  calls_of_other = calls_of_other + 1;
  void* begin = reinterpret_cast<void*>(reinterpret_cast<uintptr_t>(info->si_addr) & ~(kPage - 1));
  mprotect(begin, kPage, PROT_READ | PROT_WRITE);
}

struct sigaction handler_before_circular;

void Circular(int signal, siginfo_t* info, void* context) {
  handler_before_circular.sa_sigaction(signal, info, context);
}

struct sigaction SetSegvHandler(void (*handler)(int, siginfo_t*, void*)) {
  struct sigaction action = {};
  struct sigaction previous = {};
  action.sa_flags = SA_SIGINFO;
  action.sa_sigaction = handler;
  REQUIRE(sigaction(SIGSEGV, &action, &previous) == 0);
  return previous;
}

TEST_CASE("a handler installed before or after ours receives what is not ours (5)") {
  calls_of_other = 0;
  const struct sigaction original = SetSegvHandler(Other);
  {
    Guest guest;
    for (int i = 1; i <= 3; ++i) {
      Page page;
      CHECK(Run([&] { page.data()[0] = 1; }).kind == Kind::kReturned);
      CHECK(calls_of_other == i);
      CHECK(Run([&] { guest_load(guest.get(), 1u << 20, 0); }).trap == WASM_RT_TRAP_OOB);
      CHECK(calls_of_other == i);
      if (i == 2) SetSegvHandler(Other);  // displaces ours
    }
  }
  sigaction(SIGSEGV, &original, nullptr);
}

TEST_CASE("handlers that pass on to each other end in a crash and not in a circle (6)") {
  const int status = StatusOfChild([] {
    alarm(20);
    Run([] {});
    handler_before_circular = SetSegvHandler(Circular);
    Page page;
    Run([&] { page.data()[0] = 1; });
  });
  CHECK(Crashed(status));
  CHECK_FALSE((WIFSIGNALED(status) && WTERMSIG(status) == SIGALRM));
}

}  // namespace
}  // namespace perdure::abi
