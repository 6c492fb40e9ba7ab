// What is written, and what stays: counts, which no other load on the machine can change. And what
// that makes events wait: times, of which the longest are the machine's.
#include <algorithm>
#include <numeric>

#include "rtlib/engine/fold.h"
#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {
namespace {

Call Event(int number) { return {"event", {static_cast<uint64_t>(number)}}; }

struct Volume {
  double ratio = 0;             // bytes written over chunks written * 4096
  double delta = 0;             // bytes of delta a chunk written
  std::vector<double> fold_us;  // after each event
};

// Of `events` events after `warm_up`; everything counts that reaches a file meanwhile.
Volume VolumeOf(const TraceGuest& guest, const std::string& state, int warm_up, int events) {
  RemoveState(state);
  Volume volume;
  {
    Options options;
    options.state_path = state;
    // Closing folds the one large event into the base.
    Live(*guest.program, options).Run({"setup", {}});
    Live live(*guest.program, options);
    for (int i = 0; i < warm_up; ++i) live.Run(Event(i));
    const Stats before = live.stats();
    for (int i = 0; i < events; ++i) volume.fold_us.push_back(live.Run(Event(warm_up + i)).fold_us);
    const Stats after = live.stats();
    const double raw = static_cast<double>((after.chunks_dirty - before.chunks_dirty) * kBlock);
    volume.ratio = static_cast<double>(after.bytes_written - before.bytes_written) / raw;
    volume.delta = static_cast<double>(after.delta_bytes - before.delta_bytes) / raw * kBlock;
  }
  RemoveState(state);
  return volume;
}

}  // namespace

// What is written without folds is counted before the first one is due, by events or by what they
// changed; and with them over several times that, when the history's far end has left behind the
// one large event of setting up, from which everything is a difference.
void MeasureBytes(Bench* bench) {
  constexpr int kWarmUpBeforeFolds = 50, kEventsBeforeFolds = 150;
  constexpr int kWarmUp = 3 * kFoldSlackEvents + 500;
  constexpr int kEvents = 4 * kFoldSlackEvents;
  const std::string state = bench->tmpfs.folder + "/bytes.db";
  for (const TraceGuest& guest : bench->guests) {
    const Volume kept = VolumeOf(guest, state, kWarmUpBeforeFolds, kEventsBeforeFolds);
    const Volume folded = VolumeOf(guest, state, kWarmUp, kEvents);
    const std::string table = "Bytes and folding";
    bench->Add(table, guest.name, "delta bytes a chunk", kept.delta);
    bench->Add(table, guest.name, "bytes, not folded", kept.ratio);
    bench->Add(table, guest.name, "bytes, folded", folded.ratio);
    const double mean =
        std::accumulate(folded.fold_us.begin(), folded.fold_us.end(), 0.0) / kEvents;
    const double slow = Quantile(folded.fold_us, 0.999);
    bench->Add(table, guest.name, "fold, us an event", mean);
    bench->Add(table, guest.name, "fold, 99.9 % of events", slow);
    Say("%s: %.0f bytes of delta a chunk; bytes written / (k * 4096): %.3f, with folds %.3f; "
        "fold %.1f us an event, of 1 of 1000 over %.1f us, longest %.1f us\n",
        guest.name.c_str(), kept.delta, kept.ratio, folded.ratio, mean, slow,
        Quantile(folded.fold_us, 1));
    bench->Expect(guest.name + ": bytes of a natural event / (k * 4096)", 0.25, kept.ratio);
    bench->Expect(guest.name + ": the same, folds included", 0.5, folded.ratio);
    bench->Expect(guest.name + ": 99.9 % of the folds after events, ms", 1, slow / 1000);
  }
}

// 100,000 events of a program whose own memory stays as large as it is.
void MeasureGrowth(Bench* bench) {
  constexpr int kAll = 100000, kEarly = 10000, kEvery = 100;
  const std::string state = bench->tmpfs.folder + "/growth.db";
  RemoveState(state);
  uint64_t early = 0, late = 0;
  std::vector<double> cpu_us;  // of each event: another process in between is nobody's delay
  std::vector<double> fold_us;
  {
    Options options;
    options.state_path = state;
    Live live(perdure_touch_program, options);
    for (const Call& call : FillTouch(16384, uint64_t{64} << 20)) live.Run(call);
    for (int i = 0; i < kAll; ++i) {
      const EventCost cost = live.Run(Touch(7, 40, i));
      cpu_us.push_back(cost.whole.cpu_us);
      fold_us.push_back(cost.fold_us);
      if (i % kEvery != 0) continue;
      uint64_t& largest = i < kEarly ? early : late;
      largest = std::max(largest, StateBytes(state));
    }
  }
  RemoveState(state);
  const double early_mib = static_cast<double>(early) / (1 << 20),
               late_mib = static_cast<double>(late) / (1 << 20);
  const double median = Median(cpu_us), slow = Quantile(cpu_us, 0.999), worst = Quantile(cpu_us, 1);
  const double fold = Quantile(fold_us, 0.999), longest_fold = Quantile(fold_us, 1);
  Say("%d events of 7 chunks: files %.1f MiB at most in the first %d, %.1f MiB in the others; "
      "processor time of an event %.1f us, of 1 of 1000 over %.1f us, longest %.1f us; "
      "fold after an event, of 1 of 1000 over %.1f us, longest %.1f us\n",
      kAll, early_mib, kEarly, late_mib, median, slow, worst, fold, longest_fold);
  const std::string table = "100,000 events", row = "7 chunks, 40 bytes in each, 64 MiB, tmpfs";
  bench->Add(table, row, "MiB at most, first 10,000", early_mib);
  bench->Add(table, row, "MiB at most, the others", late_mib);
  bench->Add(table, row, "processor time, us: median", median);
  bench->Add(table, row, "99.9 %", slow);
  bench->Add(table, row, "longest", worst);
  bench->Add(table, row, "fold after an event, us: 99.9 %", fold);
  bench->Add(table, row, "longest fold", longest_fold);
  bench->Expect("largest state file, events 10,000 to 100,000 / before", 1.02,
                late_mib / early_mib);
  bench->Expect("99.9 % of 100,000 events with their folds, ms of processor time", 1, slow / 1000);
  bench->Expect("99.9 % of the folds after them, ms", 1, fold / 1000);
}

}  // namespace perdure::bench
