#include <algorithm>
#include <cstdlib>
#include <cstring>

#include "rtlib/abi/guest_call.h"
#include "rtlib/abi/memory.h"

namespace perdure::abi {

namespace {

constexpr size_t kFuncTypeBytes = 32;  // wasm2c's hash of a type

// Null references are all zero, so zeroed storage is an array of them.
template <typename Table>
void Allocate(Table* table, uint32_t size, uint32_t max_size) {
  *table = {};
  table->max_size = max_size;
  if (!ResizeTable(table, size)) TrapGuest("cannot allocate a table of the declared size");
}

template <typename Table>
bool Resize(Table* table, uint32_t size) {
  if (size > std::min(table->max_size, WASM_RT_MAX_TABLE_SIZE)) return false;
  // Never empty storage: generated code computes `data + 0` for empty copies.
  void* data = std::realloc(table->data, std::max(size, 1u) * sizeof(*table->data));
  if (data == nullptr) return false;
  table->data = static_cast<decltype(table->data)>(data);
  for (uint32_t i = table->size; i < size; ++i) table->data[i] = {};
  table->size = size;
  return true;
}

template <typename Table, typename Element>
uint32_t Grow(Table* table, uint32_t delta, Element init) {
  const uint32_t before = table->size;
  if (delta > UINT32_MAX - before || !Resize(table, before + delta)) return UINT32_MAX;
  std::fill_n(table->data + before, delta, init);
  return before;
}

template <typename Table>
void Free(Table* table) {
  std::free(table->data);
  table->data = nullptr;
  table->size = 0;
}

}  // namespace

bool ResizeTable(wasm_rt_funcref_table_t* table, uint32_t size) { return Resize(table, size); }
bool ResizeTable(wasm_rt_externref_table_t* table, uint32_t size) { return Resize(table, size); }

}  // namespace perdure::abi

void wasm_rt_allocate_funcref_table(wasm_rt_funcref_table_t* table, uint32_t size,
                                    uint32_t max_size) {
  perdure::abi::Allocate(table, size, max_size);
}

void wasm_rt_allocate_externref_table(wasm_rt_externref_table_t* table, uint32_t size,
                                      uint32_t max_size) {
  perdure::abi::Allocate(table, size, max_size);
}

uint32_t wasm_rt_grow_funcref_table(wasm_rt_funcref_table_t* table, uint32_t delta,
                                    wasm_rt_funcref_t init) {
  return perdure::abi::Grow(table, delta, init);
}

uint32_t wasm_rt_grow_externref_table(wasm_rt_externref_table_t* table, uint32_t delta,
                                      wasm_rt_externref_t init) {
  return perdure::abi::Grow(table, delta, init);
}

void wasm_rt_free_funcref_table(wasm_rt_funcref_table_t* table) { perdure::abi::Free(table); }
void wasm_rt_free_externref_table(wasm_rt_externref_table_t* table) { perdure::abi::Free(table); }

void perdure_check_call_indirect(const wasm_rt_funcref_table_t* table, uint32_t index,
                                 wasm_rt_func_type_t type) {
  if (index >= table->size) wasm_rt_trap(WASM_RT_TRAP_UNDEFINED_ELEMENT);
  const wasm_rt_funcref_t& element = table->data[index];
  if (element.func == nullptr) wasm_rt_trap(WASM_RT_TRAP_UNINITIALIZED_ELEMENT);
  if (std::memcmp(element.func_type, type, perdure::abi::kFuncTypeBytes) != 0)
    wasm_rt_trap(WASM_RT_TRAP_CALL_INDIRECT);
}
