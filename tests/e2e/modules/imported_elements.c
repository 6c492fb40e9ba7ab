/* The host side of imported_elements.wat. */
#include <perdure/host.h>

uint32_t w2c_host_scale(perdure_host* host, uint32_t value) {
  return value * (uint32_t)(perdure_memory_size(host, 0) / 65536 + 2);
}

void w2c_host_say(perdure_host* host, uint32_t address, uint32_t length) {
  perdure_output(host, 1, perdure_view(host, 0, address, length, PERDURE_READ), length);
}
