// Undoing an event that trapped.
#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {

void MeasureRollback(Bench* bench) {
  const std::string state = bench->tmpfs.folder + "/rollback.db";
  RemoveState(state);
  {
    Options options;
    options.state_path = state;
    Live live(perdure_touch_program, options);
    for (const Call& call : FillTouch(16384, uint64_t{64} << 20)) live.Run(call);
    double worst = 0;
    for (const uint64_t chunks : {1, 7, 31, 100, 1000, 10000}) {
      std::vector<double> a_chunk;
      const int events = bench->rounds * (chunks <= 100 ? 40 : 4);
      for (int i = 0; i < events; ++i) {
        // Between traps the program does something else, as programs do.
        live.Run(Touch(31, 40, i));
        const EventCost cost = live.RunTrapping({"touch_and_trap", {chunks, 40, 7}});
        a_chunk.push_back(cost.rollback_us / static_cast<double>(chunks));
      }
      const double median = Median(a_chunk);
      bench->Add("Rollback", "k = " + std::to_string(chunks), "us a chunk", median);
      Say("rollback of %llu chunks: %.3f us a chunk\n", static_cast<unsigned long long>(chunks),
          median);
      if (chunks <= 100) worst = std::max(worst, median);
    }
    bench->Expect("rollback, us a chunk, worst of k = 1 to 100", 0.2, worst);
  }
  RemoveState(state);
}

}  // namespace perdure::bench
