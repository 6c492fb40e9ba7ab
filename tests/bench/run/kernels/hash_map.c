/* An open hash table of 64-bit keys: inserts, finds, removals. */
#include <string.h>

#include "kernel.h"

enum { kSlots = 1 << 18, kKeys = 150000, kRounds = 20 };
typedef struct {
  uint64_t key, value; /* key 0: free */
} Slot;
static Slot slots[kSlots];

static uint32_t Home(uint64_t key) { return (uint32_t)((key * 0x9e3779b97f4a7c15ull) >> 46); }

static Slot* Find(uint64_t key) {
  uint32_t at = Home(key);
  while (slots[at].key != 0 && slots[at].key != key) at = (at + 1) % kSlots;
  return &slots[at];
}

static void Remove(uint64_t key) {
  uint32_t hole = (uint32_t)(Find(key) - slots);
  if (slots[hole].key == 0) return;
  for (uint32_t at = (hole + 1) % kSlots; slots[at].key != 0; at = (at + 1) % kSlots) {
    const uint32_t home = Home(slots[at].key);
    if (((at - home) & (kSlots - 1)) >= ((at - hole) & (kSlots - 1))) {
      slots[hole] = slots[at];
      hole = at;
    }
  }
  slots[hole].key = 0;
}

int64_t run(void) {
  uint64_t result = 0;
  memset(slots, 0, sizeof slots);
  for (int round = 0; round < kRounds; ++round) {
    uint64_t random = 3;
    for (int i = 0; i < kKeys; ++i) {
      const uint64_t key = NextRandom(&random) | 1;
      Slot* slot = Find(key);
      slot->key = key;
      slot->value += (uint64_t)i;
    }
    random = 3;
    for (int i = 0; i < kKeys; ++i) {
      const uint64_t key = NextRandom(&random) | 1;
      result = Mix(result, Find(key)->value);
      if (i % 3 == round % 3) Remove(key);
    }
  }
  return (int64_t)result;
}
