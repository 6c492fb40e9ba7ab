// Linear memories and tables as persistence needs them: what wasm_rt_* does not offer.
//
// A memory is one PROT_NONE reservation that never moves: 8 GiB + one guard for 32-bit memories (a
// 32-bit address plus a 32-bit offset cannot leave it, so an out-of-bounds access faults), as much
// address space as the declared maximum allows, at most kMemory64ReserveBytes, for memory64
// (bounds-checked code). Growth is mprotect of the next pages; they read as zero.
#pragma once

#include <cstdint>

#include "wasm-rt.h"

namespace perdure::abi {

inline constexpr uint64_t kWasmPageBytes = 65536;
inline constexpr uint64_t kMemory64ReserveBytes = uint64_t{64} << 30;
// Memories that may live at a time in a process.
inline constexpr int kMaxMemories = 1024;

// wasm_rt_allocate_memory for callers outside RunGuest: false where that would trap.
bool AllocateMemory(wasm_rt_memory_t* memory, uint64_t initial_pages, uint64_t max_pages,
                    bool is64);

// Bytes of address space reserved for `memory`.
uint64_t ReservedBytes(const wasm_rt_memory_t& memory);

// Sets the size to `pages` (at most max_pages), up or down. Pages given up are discarded, so that
// they read as zero if the memory grows again. False if the system has no memory.
bool ResizeMemory(wasm_rt_memory_t* memory, uint64_t pages);

// Sets the element count, up (new elements null) or down. False if there is no memory or `size`
// exceeds the table's maximum.
bool ResizeTable(wasm_rt_funcref_table_t* table, uint32_t size);
bool ResizeTable(wasm_rt_externref_table_t* table, uint32_t size);

// What write tracking must know about the memory whose data is at `base`; 0 if there is none.
//
// Bytes accessible now (wasm_rt_memory_t::size). Async-signal-safe.
uint64_t AccessibleBytes(const uint8_t* base);
// The smallest size the memory has had since the last call: pages above it were given up and may
// have come back fresh, without the protection that tracking had put on them.
uint64_t TakeSmallestSize(const uint8_t* base);
// True if `address` lies in the reservation of a memory, outside its accessible bytes.
// Async-signal-safe.
bool IsOutOfBounds(uintptr_t address);

}  // namespace perdure::abi
