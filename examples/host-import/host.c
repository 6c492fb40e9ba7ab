/* What the module imports. A function of this library is called inside an event: what it writes
 * into the guest's memory commits with the event, and what it prints appears after the commit. */
#include <perdure/host.h>
#include <string.h>
#include <time.h>

uint64_t w2c_clock_now_ms(perdure_host* host) {
  struct timespec now;
  (void)host;
  timespec_get(&now, TIME_UTC);
  return (uint64_t)now.tv_sec * 1000 + (uint64_t)now.tv_nsec / 1000000;
}

void w2c_console_write_line(perdure_host* host, uint32_t text, uint32_t length) {
  /* Traps if the guest's range is not inside its memory. */
  const void* bytes = perdure_view(host, 0, text, length, PERDURE_READ);
  perdure_output(host, 1, bytes, length);
  perdure_output(host, 1, "\n", 1);
}

uint32_t w2c_console_fill(perdure_host* host, uint32_t buffer, uint32_t capacity) {
  static const char kGreeting[] = "hello from the host";
  uint32_t length = sizeof kGreeting - 1;
  if (length > capacity) perdure_trap(host, "the buffer is too small for the greeting");
  memcpy(perdure_view(host, 0, buffer, length, PERDURE_WRITE), kGreeting, length);
  return length;
}
