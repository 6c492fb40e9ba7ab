/* What the random modules of `wasm-opt --translate-to-fuzz` import: each call is an effect. */
#include <perdure/host.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

static void Log(perdure_host* host, const char* type, uint64_t bits) {
  char line[64];
  int length = snprintf(line, sizeof line, "log %s %016" PRIx64 "\n", type, bits);
  perdure_output(host, 1, line, (size_t)length);
}

void w2c_fuzzing0x2Dsupport_log0x2Di32(perdure_host* host, uint32_t value) {
  Log(host, "i32", value);
}

void w2c_fuzzing0x2Dsupport_log0x2Di64(perdure_host* host, uint64_t value) {
  Log(host, "i64", value);
}

void w2c_fuzzing0x2Dsupport_log0x2Df32(perdure_host* host, float value) {
  uint32_t bits;
  memcpy(&bits, &value, sizeof bits);
  Log(host, "f32", bits);
}

void w2c_fuzzing0x2Dsupport_log0x2Df64(perdure_host* host, double value) {
  uint64_t bits;
  memcpy(&bits, &value, sizeof bits);
  Log(host, "f64", bits);
}

typedef uint64_t Vector __attribute__((vector_size(16)));

void w2c_fuzzing0x2Dsupport_log0x2Dv128(perdure_host* host, Vector value) {
  Log(host, "v128 low", value[0]);
  Log(host, "v128 high", value[1]);
}
