/* The host library of tail_import.wat. */
#include "tail_import.host.h"

u32 w2c_env_sum(struct w2c_env* host, u32 a, u64 b) {
  (void)host;
  return a + 10 * (u32)b;
}

u32 w2c_env_twice(struct w2c_env* host, u32 a) {
  (void)host;
  return 2 * a;
}
