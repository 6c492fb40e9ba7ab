// The monotonic clock, for durations. Threads: values are confined.
#pragma once

#include <chrono>
#include <cstdint>

namespace perdure {

inline uint64_t MonotonicNs() {
  return static_cast<uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(
                                   std::chrono::steady_clock::now().time_since_epoch())
                                   .count());
}

// Adds its own lifetime to a counter of nanoseconds.
class TimeAdder {
 public:
  explicit TimeAdder(uint64_t* total_ns) : total_ns_(*total_ns), began_ns_(MonotonicNs()) {}
  ~TimeAdder() { total_ns_ += MonotonicNs() - began_ns_; }
  TimeAdder(const TimeAdder&) = delete;
  TimeAdder& operator=(const TimeAdder&) = delete;

 private:
  uint64_t& total_ns_;
  const uint64_t began_ns_;
};

}  // namespace perdure
