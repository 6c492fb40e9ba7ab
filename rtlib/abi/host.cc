// perdure/host.h for the instance that a perdure_host describes.
#include <cstring>

#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/guest_thread.h"
#include "rtlib/abi/host_context.h"
#include "wasm-rt.h"

namespace {

// The smallest page of any system: the touches of a view are no further apart.
constexpr uint64_t kTouchBytes = 4096;

const wasm_rt_memory_t* Memory(const perdure_host* host, uint32_t index) {
  if (const perdure_module* module = perdure::abi::CallingModule(*host)) {
    if (index >= module->memory_count) return nullptr;
    index = module->memories[index];
  }
  if (index >= host->program->memory_count) return nullptr;
  const auto* instance = static_cast<const uint8_t*>(host->instance);
  const void* memory = instance + host->program->memories[index].offset;
  return static_cast<const wasm_rt_memory_t*>(memory);
}

// Makes every page of the range present and, for a write, writable and known to be written. System
// calls do not fault like code does: given a page that write tracking protects, they fail with
// EFAULT or come back short, and the write would be lost to tracking.
void Touch(uint8_t* begin, uint64_t length, int access) {
  const auto address = reinterpret_cast<uintptr_t>(begin);
  uint64_t offset = 0;
  while (offset < length) {
    volatile uint8_t* byte = begin + offset;
    if ((access & PERDURE_WRITE) != 0) {
      *byte = *byte;
    } else {
      static_cast<void>(*byte);
    }
    offset += kTouchBytes - (address + offset) % kTouchBytes;
  }
}

}  // namespace

static_assert(PERDURE_OUTPUT_BYTES_MAX == size_t{64} << 20, "a message below says so");

const perdure_module* perdure::abi::CallingModule(const perdure_host& host) {
  const perdure_program& program = *host.program;
  if (program.module_count == 0) return nullptr;
  uint32_t caller;
  const auto* instance = static_cast<const uint8_t*>(host.instance);
  std::memcpy(&caller, instance + program.globals[program.caller_global].offset, sizeof(caller));
  // The number may come from a state file.
  static constexpr perdure_module kNone = {};
  return caller < program.module_count ? &program.modules[caller] : &kNone;
}

void* perdure_try_view(perdure_host* host, uint32_t memory_index, uint64_t address, uint64_t length,
                       int access) {
  perdure::abi::RequireHostStack();
  const wasm_rt_memory_t* memory = Memory(host, memory_index);
  if (memory == nullptr || address > memory->size || length > memory->size - address)
    return nullptr;
  Touch(memory->data + address, length, access);
  return memory->data + address;
}

void* perdure_view(perdure_host* host, uint32_t memory_index, uint64_t address, uint64_t length,
                   int access) {
  void* view = perdure_try_view(host, memory_index, address, length, access);
  if (view == nullptr) wasm_rt_trap(WASM_RT_TRAP_OOB);
  return view;
}

uint64_t perdure_memory_size(perdure_host* host, uint32_t memory_index) {
  const wasm_rt_memory_t* memory = Memory(host, memory_index);
  return memory == nullptr ? 0 : memory->size;
}

void perdure_output(perdure_host* host, int fd, const void* bytes, size_t length) {
  perdure::abi::RequireHostStack();
  if (fd != 1 && fd != 2) {
    perdure::abi::TrapGuest("a host function gave perdure_output a descriptor other than 1 or 2");
  }
  if (length == 0) return;
  if (length > PERDURE_OUTPUT_BYTES_MAX - host->queued_bytes) {
    perdure::abi::TrapGuest("the event's output is larger than 64 MiB");
  }
  // Programs print in small pieces: one effect for a run of them keeps the log small.
  if (host->effects.empty() || host->effects.back().fd != fd) {
    host->effects.push_back({.fd = fd, .bytes = {}});
  }
  host->effects.back().bytes.append(static_cast<const char*>(bytes), length);
  host->queued_bytes += length;
}

void perdure_trap(perdure_host*, const char* message) { perdure::abi::TrapGuest(message); }

const char* perdure_program_name(perdure_host* host) { return host->program->name; }

void* perdure_host_data(perdure_host* host) { return host->host_data; }
