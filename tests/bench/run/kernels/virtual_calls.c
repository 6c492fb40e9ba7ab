/* Calls through tables of functions, as of objects with virtual functions. */
#include "kernel.h"

enum { kObjects = 4096, kRounds = 4000 };
typedef struct Object Object;
struct Object {
  uint32_t (*step)(Object*, uint32_t);
  uint32_t state;
};
static Object objects[kObjects];

static uint32_t Add(Object* object, uint32_t x) { return object->state += x; }
static uint32_t Rotate(Object* object, uint32_t x) {
  return object->state = (object->state << 5 | object->state >> 27) ^ x;
}
static uint32_t Multiply(Object* object, uint32_t x) { return object->state *= x | 1; }
static uint32_t Shift(Object* object, uint32_t x) { return object->state ^= (x >> 3) + 77; }

int64_t run(void) {
  static uint32_t (*const kSteps[])(Object*, uint32_t) = {Add, Rotate, Multiply, Shift};
  uint64_t random = 7, result = 0;
  for (int i = 0; i < kObjects; ++i) {
    objects[i].step = kSteps[NextRandom(&random) % 4];
    objects[i].state = (uint32_t)i;
  }
  uint32_t x = 1;
  for (int round = 0; round < kRounds; ++round) {
    /* Eight at a time, always the same: branch prediction is not what is measured. */
    for (int i = 0; i < 8; ++i) {
      Object* object = &objects[i];
      for (int n = 0; n < 1000; ++n) x = object->step(object, x);
    }
  }
  for (int i = 0; i < kObjects; ++i) result = Mix(result, objects[i].state);
  return (int64_t)Mix(result, x);
}
