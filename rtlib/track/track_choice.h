// TrackChoice: when to change between two ways of tracking, one of which is cheap for some events
// and the other for others.
//
// What an event costs with the way that is used now is known, and what it would have cost with the
// other is estimated. The difference is added up as regret, which never falls below zero; when it
// exceeds what a change costs, the other way is taken and the count begins again.
//
//     regret := max(0, regret + cost(present) - cost(other))        change when regret > price
//
// Invariants
//  (1) A change happens only after its price was lost by not having changed, so a sequence of
//      events that alternates faster than that causes none.
//  (2) Whatever the events are, what is lost against the better of the two ways is bounded: at most
//      the price twice for each time the other one gains the upper hand by the price.
//
// Rejected: a threshold of dirty chunks (it depends on the machine, on how much memory is populated
// and on its size by a factor of hundred); averages (they need a window, which is the price again,
// in a unit that must be guessed).
//
// Threads: value type.
#pragma once

#include <cstdint>

namespace perdure {

class TrackChoice {
 public:
  // `price_ns`: a first guess of what a change costs.
  explicit TrackChoice(uint64_t price_ns) : price_ns_(price_ns) {}

  // Takes one event into account; true: change now, and say so with Changed().
  bool Prefers(uint64_t other_ns, uint64_t present_ns) {
    if (present_ns > other_ns) {
      regret_ns_ += present_ns - other_ns;
    } else {
      regret_ns_ -= regret_ns_ < other_ns - present_ns ? regret_ns_ : other_ns - present_ns;
    }
    return regret_ns_ > price_ns_;
  }

  void Changed(uint64_t took_ns) {
    price_ns_ = took_ns;
    regret_ns_ = 0;
  }

 private:
  uint64_t price_ns_;
  uint64_t regret_ns_ = 0;
};

}  // namespace perdure
