// The host functions of the command in run_program.h.
#include <poll.h>
#include <unistd.h>

#include <csignal>

#include "perdure/host.h"
#include "rtlib/abi/blocking.h"
#include "rtlib/abi/stop_request.h"
#include "tests/unit/engine/run_code.h"

namespace perdure::test {
namespace {

RunConfig* ConfigOf(perdure_host* host) { return static_cast<RunConfig*>(perdure_host_data(host)); }

}  // namespace

uint32_t Wait(perdure_host* host) {
  RunConfig* config = ConfigOf(host);
  if (config->input.empty() && !config->ends) abi::RequestStop(SIGTERM);
  pollfd dots = {config->dots, POLLIN, 0};
  if (abi::BlockUntil(host, {&dots, 1}, abi::kNoDeadline) == abi::Wait::kUnwind) return 0xdead;
  char dot;
  if (read(config->dots, &dot, 1) != 1) perdure_trap(host, "no dot");
  if (config->input.empty()) return 0;
  const auto byte = static_cast<uint8_t>(config->input[0]);
  config->input.erase(0, 1);
  return byte;
}

void Print(perdure_host* host, uint32_t value) {
  if (abi::OfferCommit(host) == abi::Wait::kUnwind) return;
  char digits[12];
  size_t at = sizeof(digits);
  digits[--at] = '\n';
  do digits[--at] = static_cast<char>('0' + value % 10);
  while ((value /= 10) != 0);
  perdure_output(host, 1, digits + at, sizeof(digits) - at);
}

void Dot(perdure_host* host) { perdure_output(host, 2, ".", 1); }

}  // namespace perdure::test
