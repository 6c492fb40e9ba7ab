// Group commit: a flush for many events.
//
// Three programs. A small one writes to 16 chunks in turn and has no others. A large one does the
// same to 16 of the 16384 that it has in use: what is added is the search for what was written, in
// all of its memory, once a group. The third goes on to other chunks each time, so that a group
// writes as many chunks as it has events; what these cost is what chunks cost (part `chunks`), and
// no grouping can make that less.
#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {
namespace {

struct GroupProgram {
  const char* name;
  uint64_t in_use, written;  // chunks
  bool has_goals;
};
constexpr uint64_t kLogBytesAnEvent = 100;  // of what a program with a log of its own would write
constexpr uint64_t kMemoryBytes = uint64_t{64} << 20;
constexpr uint64_t kAllChunks = kMemoryBytes / kBlock;
// A state is what it goes on being when its first events have been folded: then rows go where
// others were. Before, each takes new pages, of the file and of the process. (But no longer than
// so, where a flush takes milliseconds.)
constexpr uint64_t kWarmUpEvents = 10'000;
constexpr double kWarmUpUsMax = 3e6;
constexpr int kGroupsARound = 200;
constexpr GroupProgram kPrograms[] = {
    {"a small memory", 16, 16, true},
    {"64 MiB", kAllChunks, 16, false},
    {"64 MiB, other chunks each time", kAllChunks, kAllChunks, false},
};

struct GroupResult {
  double ratio = 0, floor_us = 0, group_us = 0;
};

std::vector<Call> GroupOf(uint64_t events, int* number) {
  std::vector<Call> calls;
  for (uint64_t i = 0; i < events; ++i) calls.push_back(Touch(1, 40, (*number)++));
  return calls;
}

// The time of a group less the guest's own work, and less the folds behind it (a pass of them comes
// and goes with thousands of events; the parts `natural` and `growth` have what it costs), over
// that of a floor that writes a record of each event and flushes once.
GroupResult RaceGroups(const GroupProgram& program, uint64_t events, int groups,
                       const Place& place) {
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
    std::vector<Call> setup = FillTouch(program.in_use, program.in_use * kBlock);
    setup.push_back({"layout", {program.written, program.in_use / program.written}});
    for (const Call& call : setup) live.Run(call), alone.Run(call);
    // What moves the setup into the base, and on into the past when it has left the history window,
    // is no part of it.
    for (const Call& call : GroupOf(Options().history_events + 100, &number)) live.Run(call);
    live.Flush();
    while (live.Housekeep()) continue;
    const Stopwatch warm_up;
    for (uint64_t at = 0; at < kWarmUpEvents && warm_up.Us() < kWarmUpUsMax; at += events) {
      const std::vector<Call> calls = GroupOf(events, &number);
      live.TimeAll(calls), alone.TimeAll(calls);
    }
    for (int group = 0; group < groups; ++group) {
      const std::vector<Call> calls = GroupOf(events, &number);
      const uint64_t fold_ns = live.stats().fold_ns;
      const double all = live.TimeAll(calls);
      const double fold = static_cast<double>(live.stats().fold_ns - fold_ns) / 1000;
      const double with = all - fold;
      const Stopwatch watch;
      floor.Overwrite((events * kLogBytesAnEvent + kBlock - 1) / kBlock);
      const double least = watch.Us();
      const double without = alone.TimeAll(calls);
      ratios.push_back((with - without) / least);
      floors.push_back(least);
      times.push_back(all);
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
    for (const GroupProgram& program : kPrograms) {
      for (const Size& size : {Size{1, 0}, {8, 1.1}, {64, 1.3}, {512, 2.1}}) {
        const GroupResult result =
            RaceGroups(program, size.events, bench->rounds * kGroupsARound, *place);
        const std::string row =
            place->name + ", groups of " + std::to_string(size.events) + ", " + program.name;
        bench->Add("Group commit", row, "floor, us", result.floor_us);
        bench->Add("Group commit", row, "group / floor", result.ratio);
        bench->Add("Group commit", row, "events a second",
                   static_cast<double>(size.events) / result.group_us * 1e6);
        Say("%s: %.2f of one flush (%.1f us); %.0f events/s\n", row.c_str(), result.ratio,
            result.floor_us, static_cast<double>(size.events) / result.group_us * 1e6);
        if (size.goal != 0 && program.has_goals && place == &bench->disk) {
          bench->Expect("groups of " + std::to_string(size.events) + " / one flush, on disk",
                        size.goal, result.ratio);
        }
      }
    }
  }
}

}  // namespace perdure::bench
