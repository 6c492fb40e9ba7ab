#include "rtlib/abi/memory.h"

#include <sys/mman.h>

#include <algorithm>
#include <cstring>

#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/region_table.h"
#include "rtlib/base/check.h"

namespace perdure::abi {

namespace {

// Furthest byte that 32-bit code reaches: a 32-bit address, a 32-bit constant offset, 16 bytes of
// access.
constexpr uint64_t kReserve32Bytes = (uint64_t{8} << 30) + kWasmPageBytes;
static_assert(kReserve32Bytes > 2 * uint64_t{UINT32_MAX} + 16);
static_assert(sizeof(uintptr_t) == sizeof(uint64_t));

// Every memory's reservation. words[kAccessible]: bytes accessible now; words[kSmallest]: the least
// of them since tracking last asked.
enum { kAccessible, kSmallest };
constinit RegionTable::Slot slots[kMaxMemories];
constinit RegionTable reservations{slots};

std::atomic<uintptr_t>* Words(const uint8_t* base) {
  return reservations.Words(reinterpret_cast<uintptr_t>(base));
}

// Takes [begin, end) back from the guest, contents included.
bool GiveUp(uint8_t* begin, uint8_t* end) {
  const size_t length = static_cast<size_t>(end - begin);
  // Locked pages cannot be discarded.
  if (madvise(begin, length, MADV_DONTNEED) != 0) std::memset(begin, 0, length);
  return mprotect(begin, length, PROT_NONE) == 0;
}

}  // namespace

bool AllocateMemory(wasm_rt_memory_t* memory, uint64_t initial_pages, uint64_t max_pages,
                    bool is64) {
  wasm_rt_memory_t fresh = {};
  fresh.max_pages = max_pages;
  fresh.is64 = is64;
  const uint64_t reserved = ReservedBytes(fresh);
  void* mapped =
      mmap(nullptr, reserved, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (mapped == MAP_FAILED) return false;
  const auto begin = reinterpret_cast<uintptr_t>(mapped);
  if (!reservations.Insert({.begin = begin, .end = begin + reserved, .words = {0, 0}})) {
    munmap(mapped, reserved);
    return false;
  }
  fresh.data = static_cast<uint8_t*>(mapped);
  if (!ResizeMemory(&fresh, initial_pages)) {
    wasm_rt_free_memory(&fresh);
    return false;
  }
  *memory = fresh;
  return true;
}

uint64_t ReservedBytes(const wasm_rt_memory_t& memory) {
  if (!memory.is64) return kReserve32Bytes;
  const uint64_t pages = std::min(memory.max_pages, kMemory64ReserveBytes / kWasmPageBytes);
  return std::max(pages, uint64_t{1}) * kWasmPageBytes;
}

bool ResizeMemory(wasm_rt_memory_t* memory, uint64_t pages) {
  // The second bound is the tighter one for a memory64 whose maximum exceeds what is reserved; the
  // division keeps a page count near 2^64 from overflowing.
  if (pages > memory->max_pages || pages > ReservedBytes(*memory) / kWasmPageBytes) return false;
  std::atomic<uintptr_t>* words = Words(memory->data);
  PERDURE_CHECK(words != nullptr, "not a memory of this runtime");
  const uint64_t size = pages * kWasmPageBytes;
  if (size > memory->size) {
    if (mprotect(memory->data + memory->size, size - memory->size, PROT_READ | PROT_WRITE) != 0) {
      return false;
    }
  } else if (size < memory->size) {
    if (!GiveUp(memory->data + size, memory->data + memory->size)) return false;
  }
  words[kAccessible].store(size, std::memory_order_relaxed);
  words[kSmallest].store(std::min(words[kSmallest].load(std::memory_order_relaxed), size),
                         std::memory_order_relaxed);
  memory->pages = pages;
  memory->size = size;
  return true;
}

uint64_t AccessibleBytes(const uint8_t* base) {
  const std::atomic<uintptr_t>* words = Words(base);
  return words == nullptr ? 0 : words[kAccessible].load(std::memory_order_relaxed);
}

uint64_t TakeSmallestSize(const uint8_t* base) {
  std::atomic<uintptr_t>* words = Words(base);
  if (words == nullptr) return 0;
  return words[kSmallest].exchange(words[kAccessible].load(std::memory_order_relaxed));
}

bool IsOutOfBounds(uintptr_t address) {
  RegionTable::Region region;
  if (!reservations.Find(address, &region)) return false;
  return address - region.begin >= region.words[kAccessible];
}

}  // namespace perdure::abi

void(wasm_rt_allocate_memory)(wasm_rt_memory_t* memory, uint64_t initial_pages, uint64_t max_pages,
                              bool is64) {
  if (!perdure::abi::AllocateMemory(memory, initial_pages, max_pages, is64)) {
    perdure::abi::TrapGuest(
        "cannot allocate a memory of the declared size (a limit on address space, ulimit -v?)");
  }
}

void wasm_rt_allocate_paged_memory(wasm_rt_memory_t* memory, uint64_t initial_pages,
                                   uint64_t max_pages, bool is64, uint32_t page_size) {
  if (page_size != WASM_DEFAULT_PAGE_SIZE) {
    perdure::abi::TrapGuest("a memory has a page size other than 64 KiB");
  }
  (wasm_rt_allocate_memory)(memory, initial_pages, max_pages, is64);
}

uint64_t wasm_rt_grow_memory(wasm_rt_memory_t* memory, uint64_t delta_pages) {
  const uint64_t before = memory->pages;
  if (delta_pages > UINT64_MAX - before) return UINT64_MAX;
  return perdure::abi::ResizeMemory(memory, before + delta_pages) ? before : UINT64_MAX;
}

void wasm_rt_free_memory(wasm_rt_memory_t* memory) {
  using namespace perdure::abi;
  if (memory->data == nullptr) return;
  reservations.Erase(reinterpret_cast<uintptr_t>(memory->data));
  munmap(memory->data, ReservedBytes(*memory));
  memory->data = nullptr;
  memory->pages = 0;
  memory->size = 0;
}
