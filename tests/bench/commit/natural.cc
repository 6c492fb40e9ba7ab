// Events of real programs.
#include "tests/bench/commit/race.h"

namespace perdure::bench {

void MeasureNaturalEvents(Bench* bench) {
  for (const TraceGuest& guest : bench->guests) {
    Workload workload;
    workload.row = guest.name;
    workload.program = guest.program;
    workload.setup = {{"setup", {}}};
    workload.event = [](int number) { return Call{"event", {static_cast<uint64_t>(number)}}; };
    workload.warm_up = 200;
    workload.events = 150 * bench->rounds;
    for (const Place* place : bench->places()) {
      const RaceResult result = Race(workload, *place);
      AddRace(result, workload, *place, bench);
      if (place == &bench->disk) {
        bench->Expect(guest.name + ": commit of a natural event less tracking / floor, on disk",
                      1.1, Median(result.by_name.at("commit less tracking").ratio));
      } else {
        bench->Expect(guest.name + ": tracking + diff + encode, us a written chunk, on tmpfs", 3,
                      Median(result.encode_chunk_us));
      }
    }
  }
}

}  // namespace perdure::bench
