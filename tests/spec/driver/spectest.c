/* What the host module `spectest` of the core tests exports as functions: they print, which nothing
 * looks at. */
#include <stdint.h>

struct w2c_spectest;

void w2c_spectest_print(struct w2c_spectest* host) { (void)host; }
void w2c_spectest_print_i32(struct w2c_spectest* host, uint32_t a) { (void)host, (void)a; }
void w2c_spectest_print_i64(struct w2c_spectest* host, uint64_t a) { (void)host, (void)a; }
void w2c_spectest_print_f32(struct w2c_spectest* host, float a) { (void)host, (void)a; }
void w2c_spectest_print_f64(struct w2c_spectest* host, double a) { (void)host, (void)a; }
void w2c_spectest_print_i32_f32(struct w2c_spectest* host, uint32_t a, float b) {
  (void)host, (void)a, (void)b;
}
void w2c_spectest_print_f64_f64(struct w2c_spectest* host, double a, double b) {
  (void)host, (void)a, (void)b;
}
