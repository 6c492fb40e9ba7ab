// LatencyHistogram: percentiles of many durations in fixed space, each within 1/16 of the true
// value.
#pragma once

#include <array>
#include <bit>
#include <cstddef>
#include <cstdint>

namespace perdure {

class LatencyHistogram {
 public:
  void Add(uint64_t ns) {
    ++counts_[Bucket(ns)];
    ++total_;
  }

  // Lower bound of the bucket that holds the given percentile (0 to 100); 0 if nothing was added.
  uint64_t Percentile(uint64_t percent) const {
    const uint64_t rank = (total_ * percent + 99) / 100;
    uint64_t seen = 0;
    for (size_t bucket = 0; bucket < counts_.size(); ++bucket) {
      seen += counts_[bucket];
      if (counts_[bucket] != 0 && seen >= rank) return LowerBound(bucket);
    }
    return 0;
  }

 private:
  // Values below 16 have a bucket each; above, 16 buckets for every power of two.
  static size_t Bucket(uint64_t ns) {
    if (ns < 16) return static_cast<size_t>(ns);
    const int exponent = static_cast<int>(std::bit_width(ns)) - 5;
    return static_cast<size_t>(exponent * 16) + static_cast<size_t>(ns >> exponent);
  }
  static uint64_t LowerBound(size_t bucket) {
    if (bucket < 32) return bucket;
    const size_t exponent = bucket / 16 - 1;
    return uint64_t{bucket - exponent * 16} << exponent;
  }

  std::array<uint32_t, 61 * 16> counts_ = {};
  uint64_t total_ = 0;
};

}  // namespace perdure
