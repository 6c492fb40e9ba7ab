// An event by Perdure, the raw floor and the guest alone, in turn, in one loop; and in a second one
// the peers and the floor, storing the chunks of the same events.
//
// The flush of one machine can take 100 microseconds now and 4 ms a second later, so only the ratio
// within neighbours means anything: times are medians of the ratios of pairs. The event's chunks
// are recorded beforehand from a copy of the guest, so that nothing but what is measured runs
// between two neighbours.
#pragma once

#include <functional>
#include <map>
#include <string>
#include <vector>

#include "tests/bench/commit/bench.h"
#include "tests/bench/commit/guest.h"
#include "tests/bench/commit/peers.h"

namespace perdure::bench {

struct Workload {
  std::string row;  // as the tables name it
  const perdure_program* program;
  std::vector<Call> setup;
  std::function<Call(int number)> event;
  int warm_up = 50;  // events before those that are measured
  int events = 0;
  bool peers = true;  // else only the floor
};

struct Samples {
  std::vector<double> us;     // one per event it was asked for
  std::vector<double> ratio;  // of the floor's time next to it
  Cost sum, floor_sum;        // of the floor: of those next to it
};

struct RaceResult {
  double dirty = 0, changed = 0;         // chunks an event, mean
  std::vector<uint64_t> dirty_of_event;  // chunks reported as written, hot ones included
  std::vector<double> floor_us;
  std::vector<double> encode_chunk_us;  // tracking, finding and encoding, per chunk written
  std::map<std::string, std::vector<double>> spent_us;  // on each part of an event
  // "commit": from the end of the guest's work to being durable. "commit less tracking": the same
  // once it is known what was written: difference, encoding, transaction. "all of Perdure":
  // everything that is not the guest's own work: faults, commit, housekeeping.
  std::map<std::string, Samples> by_name;
};

RaceResult Race(const Workload& workload, const Place& place);

// Adds a row to each of the tables all races have.
void AddRace(const RaceResult& result, const Workload& workload, const Place& place, Bench* bench);

}  // namespace perdure::bench
