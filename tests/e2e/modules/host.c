/* The host side of output.wat. */
#include <perdure/host.h>

#include <string.h>

void w2c_host_say(perdure_host* host, uint32_t address, uint32_t length) {
  perdure_output(host, 1, perdure_view(host, 0, address, length, PERDURE_READ), length);
}

uint32_t w2c_host_add_one(perdure_host* host, uint32_t value) {
  (void)host;
  return value + 1;
}

void w2c_host_fill(perdure_host* host, uint32_t address, uint32_t byte, uint32_t count) {
  memset(perdure_view(host, 0, address, count, PERDURE_WRITE), (int)byte, count);
}

void w2c_host_refuse(perdure_host* host) { perdure_trap(host, "the host refuses"); }
