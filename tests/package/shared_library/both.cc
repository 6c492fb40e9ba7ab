// Usage: both STATE: the classes of two shared libraries in one program. The second is refused, and
// the first works on.
#include <cstdio>
#include <string>

#include "counter.hpp"
#include "noise.hpp"

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  auto counter = counter::Counter::Open(std::string(argv[1]) + ".counter");
  auto noise = noise::Noise::Open(std::string(argv[1]) + ".noise");
  if (counter.ok() == noise.ok()) {
    std::fputs("expected one of them to be refused\n", stderr);
    return 1;
  }
  const perdure::Status& refused = counter.ok() ? noise.status() : counter.status();
  std::puts(std::string(refused.message()).c_str());
  if (counter.ok() && !counter->increment().ok()) return 1;
  if (noise.ok() && !noise->louder().ok()) return 1;
  return refused.code() == perdure::StatusCode::kIncompatible ? 0 : 1;
}
