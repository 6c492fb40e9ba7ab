// Group commit: a flush for many events.
#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {
namespace {

constexpr uint64_t kLogBytesAnEvent = 100;  // of what a program with a log of its own would write

struct GroupResult {
  double ratio = 0, floor_us = 0, group_us = 0;
};

// The time of a group less the guest's own work, over that of a floor that writes a record of each
// event and flushes once.
GroupResult RaceGroups(uint64_t events, int groups, const Place& place) {
  const std::string state = place.folder + "/groups.db";
  RemoveState(state);
  std::vector<double> ratios, floors, times;
  {
    Options options;
    options.state_path = state;
    options.commit = {CommitPolicy::Kind::kEvery, events};
    Live live(perdure_touch_program, options);
    Plain alone(perdure_touch_program);
    Floor floor(place.folder + "/floor", 64);
    int number = 0;
    for (const Call& call : FillTouch(16384, uint64_t{64} << 20)) live.Run(call), alone.Run(call);
    live.Flush();
    for (int group = -2; group < groups; ++group) {
      double with = 0;
      for (uint64_t i = 0; i < events; ++i) {
        with += live.Run(Touch(1, 40, number + static_cast<int>(i))).whole.us;
      }
      const Stopwatch watch;
      floor.Overwrite((events * kLogBytesAnEvent + kBlock - 1) / kBlock);
      const double least = watch.Us();
      const Stopwatch alone_watch;
      for (uint64_t i = 0; i < events; ++i) alone.Run(Touch(1, 40, number++));
      const double without = alone_watch.Us();
      if (group < 0) continue;  // warming up
      ratios.push_back((with - without) / least);
      floors.push_back(least);
      times.push_back(with);
    }
  }
  RemoveState(state);
  return {Median(ratios), Median(floors), Median(times)};
}

}  // namespace

void MeasureGroups(Bench* bench) {
  struct Size {
    uint64_t events;
    double goal;
  };
  for (const Place* place : bench->places()) {
    for (const Size& size : {Size{1, 0}, {8, 1.1}, {64, 1.3}, {512, 2.1}}) {
      const int groups = bench->rounds * (size.events <= 8 ? 20 : size.events <= 64 ? 8 : 3);
      const GroupResult result = RaceGroups(size.events, groups, *place);
      const std::string row = place->name + ", groups of " + std::to_string(size.events);
      bench->Add("Group commit", row, "floor, us", result.floor_us);
      bench->Add("Group commit", row, "group / floor", result.ratio);
      bench->Add("Group commit", row, "events a second",
                 static_cast<double>(size.events) / result.group_us * 1e6);
      Say("%s: %.2f of one flush (%.1f us); %.0f events/s\n", row.c_str(), result.ratio,
          result.floor_us, static_cast<double>(size.events) / result.group_us * 1e6);
      if (size.goal != 0 && place == &bench->disk) {
        bench->Expect("groups of " + std::to_string(size.events) + " / one flush, on disk",
                      size.goal, result.ratio);
      }
    }
  }
}

}  // namespace perdure::bench
