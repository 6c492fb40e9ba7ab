// Usage: main STATE EXPECTED: increments the counter in STATE and checks the number.
#include <cstdio>
#include <cstdlib>

#include "counter.hpp"

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  auto counter = counter::Counter::Open(argv[1]);
  if (!counter.ok()) {
    std::fprintf(stderr, "%s\n", std::string(counter.status().message()).c_str());
    return 1;
  }
  auto number = counter->increment();
  if (!number.ok()) {
    std::fprintf(stderr, "%s\n", std::string(number.status().message()).c_str());
    return 1;
  }
  std::printf("%d\n", *number);
  return *number == std::atoi(argv[2]) ? 0 : 1;
}
