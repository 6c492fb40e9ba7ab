// The options of benchmarks that run workloads round after round.
#pragma once

#include <algorithm>
#include <cstdlib>
#include <string>
#include <string_view>

namespace perdure::bench {

struct RaceOptions {
  int rounds = 0;
  std::string only;  // a part of the workload's name

  // False: `argument` is none of them.
  bool Read(std::string_view argument) {
    constexpr std::string_view kRounds = "--rounds=", kOnly = "--only=";
    if (argument.starts_with(kRounds)) {
      rounds = std::max(1, std::atoi(argument.data() + kRounds.size()));
    } else if (argument.starts_with(kOnly)) {
      only = argument.substr(kOnly.size());
    } else {
      return false;
    }
    return true;
  }
};

}  // namespace perdure::bench
