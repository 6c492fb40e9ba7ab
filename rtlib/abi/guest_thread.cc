#include "rtlib/abi/guest_thread.h"

#include <signal.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <new>

#include "rtlib/base/check.h"

namespace perdure::abi {

namespace {

constexpr size_t kSignalStackBytes = size_t{128} << 10;
constexpr size_t kKeptStackBytes = size_t{1} << 20;
constexpr size_t kControlBytes = size_t{64} << 10;
static_assert(sizeof(GuestThread) <= kControlBytes);
static_assert(kGuestStackBytes % 65536 == 0 && kGuestGuardBytes % 65536 == 0);

// Initial-exec: the fault handler reads it, and the general model may allocate on first access.
[[gnu::tls_model("initial-exec")]] constinit thread_local GuestThread* current = nullptr;

// Gives faults on this thread a stack to be handled on, unless someone (a sanitizer, the embedder)
// did.
void InstallSignalStack(GuestThread* thread) {
  stack_t existing = {};
  // Load hooks read the state on it.
  const size_t enough = static_cast<size_t>(sysconf(_SC_MINSIGSTKSZ)) + (size_t{64} << 10);
  if (sigaltstack(nullptr, &existing) == 0 && (existing.ss_flags & SS_DISABLE) == 0 &&
      existing.ss_size >= enough) {
    return;
  }
  stack_t ours = {};
  ours.ss_sp = thread->stack_top;
  ours.ss_size = kSignalStackBytes;
  thread->owns_signal_stack = sigaltstack(&ours, nullptr) == 0;
  PERDURE_CHECK(thread->owns_signal_stack, "no alternate signal stack");
}

// Its destructor runs when the thread ends.
struct Owner {
  ~Owner() {
    GuestThread* thread = current;
    // exit() called by a host function destroys this while its own stack is still in use.
    if (thread == nullptr || thread->running) return;
    if (thread->owns_signal_stack) {
      stack_t off = {};
      off.ss_flags = SS_DISABLE;
      sigaltstack(&off, nullptr);
    }
    current = nullptr;
    munmap(thread->mapping, thread->mapping_bytes);
  }
  bool armed = false;
};
thread_local Owner owner;

}  // namespace

GuestThread* CurrentGuestThread() { return current; }

GuestThread* EnsureGuestThread() {
  if (current != nullptr) return current;
  const size_t accessible = kGuestStackBytes + kSignalStackBytes + kControlBytes;
  const size_t below = kGuestGuardBytes + (kResumeStackBytes - kGuestStackBytes);
  const size_t bytes = below + accessible;
  void* mapped = mmap(nullptr, bytes, PROT_NONE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_STACK, -1, 0);
  if (mapped == MAP_FAILED) return nullptr;
  auto* mapping = static_cast<uint8_t*>(mapped);
  uint8_t* stack_low = mapping + below;
  if (mprotect(stack_low, accessible, PROT_READ | PROT_WRITE) != 0) {
    munmap(mapped, bytes);
    return nullptr;
  }
  // A first event touches a few kilobytes of it; zeroing a huge page for them would cost more than
  // the event.
  madvise(stack_low, accessible, MADV_NOHUGEPAGE);
  auto* thread = new (stack_low + kGuestStackBytes + kSignalStackBytes) GuestThread;
  thread->mapping = mapping;
  thread->mapping_bytes = bytes;
  thread->stack_low = stack_low;
  thread->stack_top = stack_low + kGuestStackBytes;
  InstallSignalStack(thread);
  owner.armed = true;
  current = thread;
  return thread;
}

void WidenGuestStack() {
  GuestThread* thread = EnsureGuestThread();
  if (thread == nullptr || StackBytes(*thread) == kResumeStackBytes) return;
  PERDURE_CHECK(!thread->running && thread->parked_stack == nullptr, "a stack in use was widened");
  uint8_t* low = thread->mapping + kGuestGuardBytes;
  const auto more = static_cast<size_t>(thread->stack_low - low);
  if (mprotect(low, more, PROT_READ | PROT_WRITE) != 0) return;
  madvise(low, more, MADV_NOHUGEPAGE);
  thread->stack_low = low;
}

GuestThread& RunningGuestThread(const char* who) {
  PERDURE_CHECK(current != nullptr && current->running, who);
  return *current;
}

void ReleaseDeepStack(GuestThread* thread) {
  madvise(thread->stack_low, StackBytes(*thread) - kKeptStackBytes, MADV_DONTNEED);
}

void RequireHostStack() {
  if (current == nullptr || !current->running) return;
  const auto here = reinterpret_cast<uintptr_t>(__builtin_frame_address(0));
  const auto low = reinterpret_cast<uintptr_t>(current->stack_low);
  const auto top = reinterpret_cast<uintptr_t>(current->stack_top);
  if (here >= low && here < top && here - low < kHostStackBytes) {
    wasm_rt_trap(WASM_RT_TRAP_EXHAUSTION);
  }
}

}  // namespace perdure::abi
