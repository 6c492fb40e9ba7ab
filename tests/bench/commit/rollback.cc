// Undoing an event that trapped: by how much of the memory is in a cache, because the chunks and
// their committed images are read whole. Trap after trap both are in the processor's caches, as is
// a copy that was made when the event first wrote to a chunk: that has a goal. Where other events
// come between, it is the memory's speed that is measured: of 2 x 4 KiB that no cache has, 0.4 us
// where a core reads 20 GB/s.
#include <algorithm>
#include <chrono>

#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {
namespace {

// What one reading of the clock takes, us: it is in each time that is measured.
double ClockUs() {
  std::vector<double> readings;
  for (int i = 0; i < 1001; ++i) {
    const auto before = std::chrono::steady_clock::now();
    const auto after = std::chrono::steady_clock::now();
    readings.push_back(std::chrono::duration<double, std::micro>(after - before).count());
  }
  return Median(readings);
}

struct UsedMemory {
  const char* name;
  uint64_t chunks;
  bool others_between;  // events of 31 chunks that do not trap
};

void MeasureUsed(const UsedMemory& used, Bench* bench) {
  const std::string state = bench->tmpfs.folder + "/rollback.db";
  RemoveState(state);
  {
    Options options;
    options.state_path = state;
    Live live(perdure_touch_program, options);
    for (const Call& call : FillTouch(used.chunks, used.chunks * kBlock)) live.Run(call);
    // What the setup left to fold goes through the caches, too, and is no part of it.
    while (live.Housekeep()) continue;
    const double clock_us = ClockUs();
    double worst = 0;
    for (const uint64_t chunks : {1, 7, 31, 100, 1000}) {
      std::vector<double> a_chunk;
      const int events = bench->rounds * (chunks <= 100 ? 400 : 8);
      for (int i = 0; i < events; ++i) {
        if (used.others_between) live.Run(Touch(31, 40, i));
        const EventCost cost = live.RunTrapping({"touch_and_trap", {chunks, 40, 7}});
        a_chunk.push_back((cost.rollback_us - clock_us) / static_cast<double>(chunks));
      }
      const double median = Median(a_chunk);
      bench->Add("Rollback, us a chunk", used.name, "k = " + std::to_string(chunks), median);
      Say("rollback of %llu chunks, %s: %.3f us a chunk\n", static_cast<unsigned long long>(chunks),
          used.name, median);
      if (chunks <= 100) worst = std::max(worst, median);
    }
    if (!used.others_between) {
      bench->Expect("rollback, us a chunk, worst of k = 1 to 100", 0.2, worst);
    }
  }
  RemoveState(state);
}

}  // namespace

void MeasureRollback(Bench* bench) {
  MeasureUsed({"2 MiB in use, trap after trap", 512, false}, bench);
  MeasureUsed({"2 MiB in use", 512, true}, bench);
  MeasureUsed({"64 MiB in use", 16384, true}, bench);
}

}  // namespace perdure::bench
