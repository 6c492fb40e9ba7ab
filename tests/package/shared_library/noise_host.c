#include <perdure/host.h>
#include <stdio.h>

void w2c_noise_say(perdure_host* host, uint32_t loudness) {
  char text[32];
  const int length = snprintf(text, sizeof text, "noise %u\n", loudness);
  perdure_output(host, 1, text, (size_t)length);
}
