#include "rtlib/abi/region_table.h"

#include <algorithm>

#include "rtlib/base/check.h"

namespace perdure::abi {

namespace {

void Write(RegionTable::Slot* slot, const RegionTable::Region& region) {
  slot->version.fetch_add(1, std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_release);
  slot->begin.store(region.begin, std::memory_order_relaxed);
  slot->end.store(region.end, std::memory_order_relaxed);
  slot->words[0].store(region.words[0], std::memory_order_relaxed);
  slot->words[1].store(region.words[1], std::memory_order_relaxed);
  slot->version.fetch_add(1, std::memory_order_release);
}

// False if the slot is being changed.
bool Read(const RegionTable::Slot& slot, RegionTable::Region* region) {
  const uint32_t version = slot.version.load(std::memory_order_acquire);
  region->begin = slot.begin.load(std::memory_order_relaxed);
  region->end = slot.end.load(std::memory_order_relaxed);
  region->words[0] = slot.words[0].load(std::memory_order_relaxed);
  region->words[1] = slot.words[1].load(std::memory_order_relaxed);
  std::atomic_thread_fence(std::memory_order_acquire);
  return version % 2 == 0 && slot.version.load(std::memory_order_relaxed) == version;
}

}  // namespace

bool RegionTable::Insert(const Region& region) {
  PERDURE_CHECK(region.begin < region.end, "an empty address range");
  const std::lock_guard lock(mutex_);
  for (size_t i = 0; i < slots_.size(); ++i) {
    if (slots_[i].end.load(std::memory_order_relaxed) != 0) continue;
    Write(&slots_[i], region);
    used_.store(std::max(used_.load(std::memory_order_relaxed), i + 1), std::memory_order_release);
    return true;
  }
  return false;
}

void RegionTable::Erase(uintptr_t begin) {
  const std::lock_guard lock(mutex_);
  if (Slot* slot = FindSlot(begin)) Write(slot, Region{});
}

bool RegionTable::Find(uintptr_t address, Region* region) const {
  const size_t used = used_.load(std::memory_order_acquire);
  for (size_t i = 0; i < used; ++i) {
    if (Read(slots_[i], region) && address >= region->begin && address < region->end) return true;
  }
  return false;
}

std::atomic<uintptr_t>* RegionTable::Words(uintptr_t begin) const {
  Slot* slot = FindSlot(begin);
  return slot == nullptr ? nullptr : slot->words;
}

RegionTable::Slot* RegionTable::FindSlot(uintptr_t begin) const {
  const size_t used = used_.load(std::memory_order_acquire);
  for (size_t i = 0; i < used; ++i) {
    Region region;
    if (Read(slots_[i], &region) && region.end != 0 && region.begin == begin) return &slots_[i];
  }
  return nullptr;
}

}  // namespace perdure::abi
