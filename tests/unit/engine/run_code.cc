#include "tests/unit/engine/run_code.h"

#include <csignal>
#include <cstring>

#include "perdure/capture.h"
#include "perdure/host.h"
#include "rtlib/abi/blocking.h"
#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/host_context.h"
#include "rtlib/abi/stop_request.h"

namespace perdure::test {
namespace {

RunConfig* ConfigOf(perdure_host* host) { return static_cast<RunConfig*>(perdure_host_data(host)); }

// Of each function the hot form is F<false> and the resume form F<true>.

void* Push(Site site, uint32_t bytes) { return perdure_push_frame(site, bytes); }
void Put(void* frame, size_t at, uint32_t value) {
  std::memcpy(static_cast<char*>(frame) + at, &value, 4);
}
uint32_t Take(const void* frame, size_t at) {
  uint32_t value;
  std::memcpy(&value, static_cast<const char*>(frame) + at, 4);
  return value;
}

template <bool kResumes>
[[gnu::noinline]] uint32_t Sum(RunInstance* s, uint32_t depth, uint32_t acc) {
  uint32_t result;
  if (kResumes) {
    uint32_t site;
    const void* frame = perdure_pop_frame(&site);
    depth = Take(frame, 0);
    acc = Take(frame, 4);
    if (site == kSSumWait) goto wait;
    result = Sum<true>(s, 0, 0);
    goto called;
  }
  if (depth == 0) {
    Dot(s->host);
  wait:
    result = Wait(s->host);
    if (perdure_capturing) {
      void* frame = Push(kSSumWait, 8);
      Put(frame, 0, depth), Put(frame, 4, acc);
      return 0;
    }
    return result + acc;
  }
  result = Sum<false>(s, depth - 1, acc * 3 + depth);
called:
  if (perdure_capturing) {
    void* frame = Push(kSSumSum, 8);
    Put(frame, 0, depth), Put(frame, 4, acc);
    return 0;
  }
  return result * 5 + depth;
}

template <bool kResumes>
uint32_t Indirect(RunInstance* s, uint32_t factor) {
  if (kResumes) {
    uint32_t site;
    factor = Take(perdure_pop_frame(&site), 0);
  } else {
    Dot(s->host);
  }
  const uint32_t byte = Wait(s->host);
  if (perdure_capturing) {
    Put(Push(kSIndirectWait, 4), 0, factor);
    return 0;
  }
  return byte * factor;
}

template <bool kResumes>
void Thrower(RunInstance* s, uint32_t value) {
  if (kResumes) {
    uint32_t site;
    value = Take(perdure_pop_frame(&site), 0);
  } else {
    Dot(s->host);
  }
  const uint32_t byte = Wait(s->host);
  if (perdure_capturing) {
    Put(Push(kSThrowerWait, 4), 0, value);
    return;
  }
  value += byte;
  wasm_rt_load_exception(&kTag, sizeof(value), &value);
  wasm_rt_throw();
}

template <bool kResumes>
[[gnu::noinline]] uint32_t Catch(RunInstance* s, uint32_t argument) {
  volatile uint32_t value = argument;
  if (kResumes) {
    uint32_t site;
    value = Take(perdure_pop_frame(&site), 0);
  }
  WASM_RT_UNWIND_TARGET* volatile outer = wasm_rt_get_unwind_target();
  WASM_RT_UNWIND_TARGET target;
  if (!wasm_rt_try(target)) {
    wasm_rt_set_unwind_target(&target);
    if (kResumes) {
      Thrower<true>(s, 0);
    } else {
      Thrower<false>(s, value + 1);
    }
    wasm_rt_set_unwind_target(outer);
    if (perdure_capturing) Put(Push(kSCatchThrower, 4), 0, value);
    return 0;
  }
  wasm_rt_set_unwind_target(outer);
  return Take(wasm_rt_exception(), 0) * 1000 + value;
}

// try { try { throw 7 } catch_all { wait; rethrow } } catch tag(v) { v + byte }
// The exception that the inner catch caught is live, as a value and as the active one.
template <bool kResumes>
[[gnu::noinline]] uint32_t Rethrow(RunInstance* s) {
  volatile uint32_t byte = 0;
  WASM_RT_UNWIND_TARGET* volatile outer = wasm_rt_get_unwind_target();
  WASM_RT_UNWIND_TARGET target;
  if (!wasm_rt_try(target)) {
    wasm_rt_set_unwind_target(&target);
    wasm_rt_tag_t tag = &kTag;
    uint32_t value = 7;
    if (kResumes) {
      uint32_t site;
      const auto* frame = static_cast<const char*>(perdure_pop_frame(&site));
      std::memcpy(&tag, frame, sizeof(tag));
      value = Take(frame, sizeof(tag) + 4);
      // What the restored active exception holds must be the same.
      if (wasm_rt_exception_tag() != tag || Take(wasm_rt_exception(), 0) != value) value = 666;
    } else {
      wasm_rt_load_exception(tag, sizeof(value), &value);
      Dot(s->host);
    }
    byte = Wait(s->host);
    if (perdure_capturing) {
      auto* frame = static_cast<char*>(Push(kSRethrowWait, sizeof(tag) + 8));
      std::memcpy(frame, &tag, sizeof(tag));
      Put(frame, sizeof(tag), sizeof(value)), Put(frame, sizeof(tag) + 4, value);
      wasm_rt_set_unwind_target(outer);
      return 0;
    }
    wasm_rt_load_exception(tag, sizeof(value), &value);
    wasm_rt_throw();
  }
  wasm_rt_set_unwind_target(outer);
  return Take(wasm_rt_exception(), 0) + byte;
}

template <bool kResumes>
uint32_t Spin(RunInstance* s, uint32_t rounds) {
  uint32_t i = 0;
  uint32_t acc = 1;
  if (kResumes) {
    uint32_t site;
    const void* frame = perdure_pop_frame(&site);
    rounds = Take(frame, 0), i = Take(frame, 4), acc = Take(frame, 8);
  } else if (s->total == 0xffffffffu) {
    return 0;
  }
  bool asks = !kResumes;
  for (; i < rounds; ++i) {
    if (i == rounds / 2 && asks) perdure_poll_requested = 1, asks = false;  // as a timer would
    if (perdure_poll_requested) {
      perdure_poll(s);
      if (perdure_capturing) {
        void* frame = Push(kSSpinPoll, 12);
        Put(frame, 0, rounds), Put(frame, 4, i), Put(frame, 8, acc);
        return 0;
      }
    }
    acc = acc * 31 + i;
    s->memory.data[i % 60000] = static_cast<uint8_t>(acc);
  }
  return acc;
}

template <bool kResumes>
uint32_t Hold(RunInstance* s) {
  wasm_rt_externref_t object = s;
  if (kResumes) {
    uint32_t site;
    std::memcpy(&object, perdure_pop_frame(&site), sizeof(object));
  } else {
    Dot(s->host);
  }
  const uint32_t byte = Wait(s->host);
  if (perdure_capturing) {
    std::memcpy(Push(kSHoldWait, sizeof(object)), &object, sizeof(object));
    return 0;
  }
  return byte + (object == s ? 1 : 0);
}

template <bool kResumes>
uint32_t Many(RunInstance* s) {
  uint32_t i = 0;
  if (kResumes) {
    uint32_t site;
    i = Take(perdure_pop_frame(&site), 0);
  }
  for (; i < 200'000; ++i) {
    Print(s->host, 1'000'000'000 + i);
    if (perdure_capturing) {
      Put(Push(kSManyPrint, 4), 0, i);
      return 0;
    }
  }
  return i;
}

void GrowAll(RunInstance* s) {
  wasm_rt_grow_memory(&s->memory, 3);
  std::memset(s->memory.data + 1000, 0x5a, s->memory.size - 1000);
  wasm_rt_grow_funcref_table(&s->table, 5, s->table.data[0]);
  s->dropped = true;
}

// Resumes the call that `site` of _start waits in.
uint32_t ResumeCallee(RunInstance* s, uint32_t site) {
  switch (site) {
    case kSStartSum:
      return Sum<true>(s, 0, 0);
    case kSStartIndirect:
      return reinterpret_cast<uint32_t (*)(void*)>(perdure_next_resume())(s);
    case kSStartCatch:
      return Catch<true>(s, 0);
    case kSStartRethrow:
      return Rethrow<true>(s);
    case kSStartSpin:
      return Spin<true>(s, 0);
    case kSStartMany:
      return Many<true>(s);
    default:
      return Hold<true>(s);
  }
}

// The call that obeys `byte`, and its site; without one, sets no site.
uint32_t Obey(RunInstance* s, uint32_t byte, uint32_t count, uint32_t* site) {
  const auto calls = [&](Site of) { *site = of; };
  switch (byte) {
    case 'D':
      return calls(kSStartSum), Sum<false>(s, kDeepFrames, 1);
    case 'i': {
      const wasm_rt_funcref_t& callee = s->table.data[1];
      const auto function = reinterpret_cast<uint32_t (*)(void*, uint32_t)>(callee.func);
      return calls(kSStartIndirect), function(callee.module_instance, 11);
    }
    case 'T':
      return calls(kSStartCatch), Catch<false>(s, 5);
    case 'C':
      return calls(kSStartRethrow), Rethrow<false>(s);
    case 'p':
      return calls(kSStartSpin), Spin<false>(s, 1000);
    case 'w':
      return calls(kSStartMany), Many<false>(s);
    case 'e':
      return calls(kSStartHold), Hold<false>(s);
    case 'g':
      return GrowAll(s), count;
    case 't':
      perdure_output(s->host, 1, "panic\n", 6);
      wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
    case 'x':
      abi::ExitGuest(3);
    default:
      if (byte < 'a' || byte > 'd') return count;
      return calls(kSStartSum), Sum<false>(s, byte - 'a' + 1, 1);
  }
}

// The bytes of _start's frame: count, result. Every command is one call, whose result is printed.
template <bool kResumes>
void Start(RunInstance* s) {
  uint32_t count = 0;
  uint32_t byte = 0;
  uint32_t result = 0;
  uint32_t site = kSStartWait;
  if (kResumes) {
    const void* frame = perdure_pop_frame(&site);
    count = Take(frame, 0), result = Take(frame, 4);
    if (site == kSStartWait) goto wait;
    if (site == kSStartPrint) goto print;
    result = ResumeCallee(s, site);
    goto called;
  }
  while (true) {
    Dot(s->host);
  wait:
    site = kSStartWait;
    byte = Wait(s->host);
    if (perdure_capturing) goto capture;
    ++count;
    s->total += byte;
    std::memcpy(s->memory.data + (s->total % 1000) * 8, &count, sizeof(count));
    if (byte == 0) return;
    result = Obey(s, byte, count, &site);
  called:
    if (perdure_capturing) {
    capture:
      void* frame = Push(static_cast<Site>(site), 8);
      Put(frame, 0, count), Put(frame, 4, result);
      return;
    }
  print:
    site = kSStartPrint;
    Print(s->host, result);
    if (perdure_capturing) goto capture;
  }
}

void StartFunction(RunInstance* s) {
  s->total = 1;
  if (ConfigOf(s->host)->trap_in_start) {
    perdure_output(s->host, 1, "no start\n", 9);
    wasm_rt_trap(WASM_RT_TRAP_UNREACHABLE);
  }
  if (!ConfigOf(s->host)->stop_in_start) return;
  abi::RequestStop(SIGTERM);
  abi::BlockUntil(s->host, {}, abi::kNoDeadline);
}

template <typename F>
wasm_rt_function_ptr_t Code(F* function) {
  return reinterpret_cast<wasm_rt_function_ptr_t>(function);
}

}  // namespace

const char kTag = 0;

void InstantiateRun(void* instance, perdure_host* host) {
  auto* s = static_cast<RunInstance*>(instance);
  s->host = host;
  ConfigOf(host)->live = s;
  wasm_rt_allocate_funcref_table(&s->table, 2, 64);
  s->table.data[1] = {kRunHash, kHotCode[kFIndirect], {nullptr}, s};
  wasm_rt_allocate_memory(&s->memory, 1, 40, false);
  std::memcpy(s->memory.data + 50000, "initial", 7);
}

void FreeRun(void* instance) {
  auto* s = static_cast<RunInstance*>(instance);
  wasm_rt_free_memory(&s->memory);
  wasm_rt_free_funcref_table(&s->table);
}

wasm_rt_func_type_t const kRunHash = "all functions of this test program share one.";

const wasm_rt_function_ptr_t kHotCode[kFunctionCount] = {
    Code(Wait),           Code(Print),        Code(Dot),
    Code(Start<false>),   Code(Sum<false>),   Code(Indirect<false>),
    Code(Thrower<false>), Code(Catch<false>), Code(Rethrow<false>),
    Code(Spin<false>),    Code(Hold<false>),  Code(Many<false>),
    Code(StartFunction),
};

const wasm_rt_function_ptr_t kResumeCode[kFunctionCount] = {
    nullptr,
    nullptr,
    nullptr,
    Code(Start<true>),
    Code(Sum<true>),
    Code(Indirect<true>),
    Code(Thrower<true>),
    Code(Catch<true>),
    Code(Rethrow<true>),
    Code(Spin<true>),
    Code(Hold<true>),
    Code(Many<true>),
    nullptr,
};

}  // namespace perdure::test
