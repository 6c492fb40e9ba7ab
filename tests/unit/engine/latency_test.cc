#include "rtlib/engine/latency.h"

#include <catch2/catch.hpp>

namespace perdure {
namespace {

TEST_CASE("percentiles are within a sixteenth of the truth") {
  LatencyHistogram histogram;
  CHECK(histogram.Percentile(50) == 0);
  for (uint64_t ns = 1; ns <= 100000; ++ns) histogram.Add(ns);
  for (const uint64_t percent : {1u, 50u, 99u, 100u}) {
    const uint64_t truth = percent * 1000;
    CHECK(histogram.Percentile(percent) <= truth);
    CHECK(histogram.Percentile(percent) >= truth - truth / 16);
  }
}

TEST_CASE("any duration has a bucket") {
  for (const uint64_t ns :
       {uint64_t{0}, uint64_t{15}, uint64_t{16}, uint64_t{31}, uint64_t{32}, UINT64_MAX}) {
    LatencyHistogram histogram;
    histogram.Add(ns);
    CHECK(histogram.Percentile(50) <= ns);
    CHECK(histogram.Percentile(50) >= ns - ns / 16);
  }
}

}  // namespace
}  // namespace perdure
