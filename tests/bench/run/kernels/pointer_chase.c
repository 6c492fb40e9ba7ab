/* A linked list in random order, walked: one load waits for another. */
#include "kernel.h"

enum { kCount = 1 << 16, kSteps = 12000000 };
typedef struct Node {
  struct Node* next;
  uint32_t value;
} Node;
static Node nodes[kCount];

int64_t run(void) {
  uint64_t random = 4, result = 0;
  static uint32_t order[kCount];
  for (uint32_t i = 0; i < kCount; ++i) order[i] = i;
  for (uint32_t i = kCount - 1; i > 0; --i) {
    const uint32_t j = (uint32_t)(NextRandom(&random) % (i + 1)), t = order[i];
    order[i] = order[j];
    order[j] = t;
  }
  for (uint32_t i = 0; i < kCount; ++i) {
    nodes[order[i]].next = &nodes[order[(i + 1) % kCount]];
    nodes[order[i]].value = i;
  }
  const Node* node = nodes;
  for (int i = 0; i < kSteps; ++i) {
    result += node->value ^ (uint32_t)i;
    node = node->next;
  }
  return (int64_t)result;
}
