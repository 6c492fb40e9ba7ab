// The fault handler.
//
//   fault -> load hook, write hook? ---yes---> return: the instruction runs again
//              |no                 '--load failed--> the guest is abandoned, as by a trap
//            guest running on this thread?
//              |yes                              |no
//            reservation, out of bounds? --------+--> previous handler
//            or the stack's guard?
//              |yes
//            record the trap, aim the context at perdure_leave_guest, return
//
// Invariants
//  (1) Both signals are blocked while the handler runs and nothing unblocks them: a fault inside it
//      ends the process at once (the kernel does not deliver a blocked synchronous signal), it
//      cannot loop.
//  (2) Only faults the kernel raised (si_code > 0) are interpreted; a SIGSEGV somebody sent is
//      passed on.
//  (3) A fault inside the accessible bytes of a memory is never taken for out of bounds: it is a
//      bug or a failing machine, and goes to the previous handler.
//  (4) errno is preserved.
//  (5) Our handler is the first one whenever guest code or a tracker starts: other code may have
//      put its own in front, or taken ours away when it restored what it once found, so the check
//      is repeated at every RunGuest (two system calls; of events that follow each other in a group
//      at the first). Whatever was found is the previous handler from then on.
//  (6) A previous handler that itself passes on to us, because it was installed after us, ends in
//      the default action and not in a circle.
#include "rtlib/abi/fault.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include <ucontext.h>
#include <unistd.h>

#include <atomic>
#include <cstring>
#include <forward_list>
#include <mutex>

#include "rtlib/abi/fault_handler.h"
#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/memory.h"
#include "rtlib/abi/region_table.h"
#include "rtlib/abi/stack_switch.h"
#include "rtlib/base/check.h"

namespace perdure::abi {

namespace {

constinit RegionTable::Slot slots[kMaxWriteHooks];
constinit RegionTable hooks{slots};
constinit RegionTable::Slot load_slots[kMaxWriteHooks];
constinit RegionTable load_hooks{load_slots};

// A signal and what handled it before us. Handlers found are kept for good, each once, because a
// signal handler on another thread may be about to use one.
struct Watched {
  int signal;
  std::atomic<const struct sigaction*> previous;
};
constinit Watched watched[] = {{SIGSEGV, nullptr}, {SIGBUS, nullptr}};

// This thread is inside a previous handler (6). Initial-exec, as anything thread-local that a
// handler uses.
[[gnu::tls_model("initial-exec")]] constinit thread_local bool passing_on = false;

bool RunWriteHook(uintptr_t address) {
  RegionTable::Region region;
  if (!hooks.Find(address, &region)) return false;
  const auto hook = reinterpret_cast<WriteHook>(region.words[0]);
  return hook(reinterpret_cast<void*>(region.words[1]), address);
}

LoadResult RunLoadHook(uintptr_t address) {
  RegionTable::Region region;
  if (!load_hooks.Find(address, &region)) return LoadResult::kNotMissing;
  const auto hook = reinterpret_cast<LoadHook>(region.words[0]);
  return hook(reinterpret_cast<void*>(region.words[1]), address);
}

// Makes the interrupted code continue as perdure_leave_guest(host_stack).
void ContinueInHost(ucontext_t* context, void* host_stack) {
#if defined(__x86_64__)
  greg_t* registers = context->uc_mcontext.gregs;
  registers[REG_RIP] = reinterpret_cast<greg_t>(&perdure_leave_guest);
  registers[REG_RDI] = reinterpret_cast<greg_t>(host_stack);
  registers[REG_EFL] &= ~greg_t{0x400};  // direction flag: code may fault in a backward string copy
#elif defined(__aarch64__)
  context->uc_mcontext.pc = reinterpret_cast<uintptr_t>(&perdure_leave_guest);
  context->uc_mcontext.regs[0] = reinterpret_cast<uintptr_t>(host_stack);
#endif
}

bool TurnIntoTrap(uintptr_t address, ucontext_t* context) {
  GuestThread* thread = CurrentGuestThread();
  if (thread == nullptr || !thread->running) return false;
  const auto guard = reinterpret_cast<uintptr_t>(thread->mapping);
  if (address - guard < reinterpret_cast<uintptr_t>(thread->stack_low) - guard) {
    thread->trap = WASM_RT_TRAP_EXHAUSTION;
  } else if (IsOutOfBounds(address)) {
    thread->trap = WASM_RT_TRAP_OOB;
  } else {
    return false;
  }
  thread->kind = GuestEnd::Kind::kTrapped;
  ContinueInHost(context, thread->host_stack);
  return true;
}

bool AbandonGuest(ucontext_t* context) {
  GuestThread* thread = CurrentGuestThread();
  if (thread == nullptr || !thread->running) return false;
  static_assert(sizeof(kLoadFailedMessage) <= sizeof(thread->message));
  std::memcpy(thread->message, kLoadFailedMessage, sizeof(kLoadFailedMessage));
  thread->kind = GuestEnd::Kind::kTrapped;
  ContinueInHost(context, thread->host_stack);
  return true;
}

// The default action, with the core dump pointing at the instruction that faulted: it runs again
// and faults again. A signal that was sent has to be sent again.
void TakeDefaultAction(int signal, bool sent) {
  struct sigaction standard = {};
  standard.sa_handler = SIG_DFL;
  sigaction(signal, &standard, nullptr);
  if (sent) syscall(SYS_tgkill, getpid(), syscall(SYS_gettid), signal);
}

// As if we were not there.
void PassOn(int signal, siginfo_t* info, void* context) {
  const struct sigaction& previous = *watched[signal == SIGBUS].previous.load();
  const bool sent = info->si_code <= 0;
  const bool has_function = (previous.sa_flags & SA_SIGINFO) != 0 ||
                            (previous.sa_handler != SIG_DFL && previous.sa_handler != SIG_IGN);
  if (!has_function && previous.sa_handler == SIG_IGN && sent) return;
  if (!has_function || passing_on) {
    TakeDefaultAction(signal, sent);
    return;
  }
  passing_on = true;
  if ((previous.sa_flags & SA_SIGINFO) != 0) {
    previous.sa_sigaction(signal, info, context);
  } else {
    previous.sa_handler(signal);
  }
  passing_on = false;
}

void OnFault(int signal, siginfo_t* info, void* context) {
  const int saved_errno = errno;
  const auto address = reinterpret_cast<uintptr_t>(info->si_addr);
  const bool raised = info->si_code > 0;  // (2)
  auto* interrupted = static_cast<ucontext_t*>(context);
  const LoadResult load = raised ? RunLoadHook(address) : LoadResult::kNotMissing;
  const bool is_settled = load == LoadResult::kLoaded ||
                          (load == LoadResult::kFailed && AbandonGuest(interrupted)) ||
                          (load == LoadResult::kNotMissing && raised &&
                           (RunWriteHook(address) || TurnIntoTrap(address, interrupted)));
  if (!is_settled) PassOn(signal, info, context);
  errno = saved_errno;
}

bool IsOurs(const struct sigaction& action) {
  return (action.sa_flags & SA_SIGINFO) != 0 && action.sa_sigaction == OnFault;
}

// The kept copy of `action`.
const struct sigaction* Keep(const struct sigaction& action) {
  static std::forward_list<struct sigaction>& kept = *new std::forward_list<struct sigaction>;
  for (const struct sigaction& known : kept) {
    if (known.sa_flags == action.sa_flags && known.sa_sigaction == action.sa_sigaction)
      return &known;
  }
  kept.push_front(action);
  return &kept.front();
}

// Puts our handler first, if it is not.
bool Install(Watched* signal) {
  struct sigaction found = {};
  if (sigaction(signal->signal, nullptr, &found) != 0) return false;
  if (IsOurs(found)) return true;
  static std::mutex mutex;
  const std::lock_guard lock(mutex);
  if (sigaction(signal->signal, nullptr, &found) != 0) return false;
  if (IsOurs(found)) return true;
  signal->previous = Keep(found);
  struct sigaction action = {};
  action.sa_sigaction = OnFault;
  action.sa_flags = SA_SIGINFO | SA_ONSTACK;
  sigemptyset(&action.sa_mask);
  for (const Watched& other : watched) sigaddset(&action.sa_mask, other.signal);  // (1)
  return sigaction(signal->signal, &action, nullptr) == 0;
}

}  // namespace

void InstallFaultHandler() {
  for (Watched& signal : watched) {
    PERDURE_CHECK(Install(&signal), "cannot install a handler for memory faults");
  }
}

Status SetWriteHook(uintptr_t begin, uintptr_t end, WriteHook hook, void* context) {
  InstallFaultHandler();
  const RegionTable::Region region = {
      .begin = begin,
      .end = end,
      .words = {reinterpret_cast<uintptr_t>(hook), reinterpret_cast<uintptr_t>(context)}};
  if (hooks.Insert(region)) return OkStatus();
  return Status(StatusCode::kResourceExhausted,
                "too many memories are tracked by page faults in this process");
}

void ClearWriteHook(uintptr_t begin) { hooks.Erase(begin); }

Status SetLoadHook(uintptr_t begin, uintptr_t end, LoadHook hook, void* context) {
  InstallFaultHandler();
  const RegionTable::Region region = {
      .begin = begin,
      .end = end,
      .words = {reinterpret_cast<uintptr_t>(hook), reinterpret_cast<uintptr_t>(context)}};
  if (load_hooks.Insert(region)) return OkStatus();
  return Status(StatusCode::kResourceExhausted,
                "too many memories are loaded by page faults in this process");
}

void ClearLoadHook(uintptr_t begin) { load_hooks.Erase(begin); }

}  // namespace perdure::abi
