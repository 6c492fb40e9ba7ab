// Access to the guest's memory for WASI functions: every pointer and length is the guest's word and
// may be anything, so each access is checked and a bad one is errno `fault`, never a trap.
#pragma once

#include <bit>
#include <cstdint>
#include <cstring>

#include "perdure/host.h"

namespace perdure::wasi {

static_assert(std::endian::native == std::endian::little, "guest memory is little-endian");

// The memory WASI pointers point into: the one exported as "memory", else the first.
uint32_t MemoryIndex(const perdure_host* host);

inline void* View(perdure_host* host, uint64_t address, uint64_t length, int access) {
  return perdure_try_view(host, MemoryIndex(host), address, length, access);
}

// Copies a plain value out of or into the guest; false for a bad address.
template <typename T>
bool Load(perdure_host* host, uint64_t address, T* value) {
  const void* view = View(host, address, sizeof(T), PERDURE_READ);
  if (view == nullptr) return false;
  std::memcpy(value, view, sizeof(T));
  return true;
}

template <typename T>
bool Store(perdure_host* host, uint64_t address, const T& value) {
  void* view = View(host, address, sizeof(T), PERDURE_WRITE);
  if (view == nullptr) return false;
  std::memcpy(view, &value, sizeof(T));
  return true;
}

// Where a result goes, checked before anything is done. The pointer is good until the host function
// returns.
template <typename T>
class Out {
 public:
  Out(perdure_host* host, uint64_t address) : to_(View(host, address, sizeof(T), PERDURE_WRITE)) {}
  bool ok() const { return to_ != nullptr; }
  void Put(const T& value) const { std::memcpy(to_, &value, sizeof(T)); }

 private:
  void* const to_;
};

}  // namespace perdure::wasi
