#include "tests/bench/commit/race.h"

#include <algorithm>

namespace perdure::bench {
namespace {

constexpr const char* kCommit = "commit";
constexpr const char* kLessTracking = "commit less tracking";
constexpr const char* kEvent = "all of Perdure";

// Brings a copy of the guest to where measuring begins.
void RunUp(const Workload& workload, Plain* copy) {
  for (const Call& call : workload.setup) copy->Run(call);
  for (int i = 0; i < workload.warm_up; ++i) copy->Run(workload.event(i));
}

// What each measured event changes.
std::vector<ChangedChunks> Record(const Workload& workload, Plain* copy) {
  std::vector<ChangedChunks> trace;
  Recorder recorder(copy);
  for (int i = 0; i < workload.events; ++i) {
    trace.push_back(recorder.Run(workload.event(workload.warm_up + i)));
  }
  return trace;
}

void Note(const std::string& name, const Cost& cost, const Cost& floor, RaceResult* result) {
  Samples& samples = result->by_name[name];
  samples.us.push_back(cost.us);
  samples.ratio.push_back(cost.us / floor.us);
  samples.sum += cost;
  samples.floor_sum += floor;
}

void NoteEvent(const EventCost& live, const Cost& alone, const Cost& floor, RaceResult* result) {
  Cost commit = live.whole;
  commit.us = live.commit_us;
  Note(kCommit, commit, floor, result);
  commit.us -= live.track_us;
  Note(kLessTracking, commit, floor, result);
  Cost added = live.whole;
  added.us = std::max(0.0, live.whole.us - alone.us);
  added.cpu_us = std::max(0.0, live.whole.cpu_us - alone.cpu_us);
  Note(kEvent, added, floor, result);
  const double faults = std::max(0.0, added.us - live.commit_us - live.fold_us);
  if (live.dirty != 0) {
    result->encode_chunk_us.push_back((faults + live.track_us + live.encode_us) /
                                      static_cast<double>(live.dirty));
  }
  const std::pair<const char*, double> parts[] = {
      {"guest alone", alone.us},          {"faults, and what is in no other part", faults},
      {"tracking", live.track_us},        {"diff and encoding", live.encode_us},
      {"store and flush", live.store_us}, {"fold", live.fold_us}};
  for (const auto& [name, us] : parts) result->spent_us[name].push_back(us);
  result->dirty += static_cast<double>(live.dirty);
  result->dirty_of_event.push_back(live.dirty);
  result->changed += static_cast<double>(live.changed);
  result->floor_us.push_back(floor.us);
}

}  // namespace

namespace {

// Perdure, the floor and the guest alone. Returns the most chunks an event wrote.
uint64_t RaceEvents(const Workload& workload, const Place& place, RaceResult* result) {
  Options options;
  options.state_path = place.folder + "/race.db";
  RemoveState(options.state_path);
  uint64_t most = 0;
  {
    Live live(*workload.program, options);
    Plain alone(*workload.program);
    RunUp(workload, &alone);
    for (const Call& call : workload.setup) live.Run(call);
    for (int i = 0; i < workload.warm_up; ++i) {
      most = std::max(most, live.Run(workload.event(i)).dirty);
    }
    // What the setup left to fold would be folded in some of the measured events and not in others.
    while (live.Housekeep()) continue;
    Floor floor(place.folder + "/floor", 4 * most + 64);
    Written written = {most, nullptr, &alone};
    for (int i = 0; i < workload.events; ++i) {
      const Call call = workload.event(workload.warm_up + i);
      // Who is first takes turns: a flush can depend on what was done just before it.
      Cost least;
      if (i % 2 == 1) least = Measure(&floor, written);
      const EventCost event = live.Run(call);
      most = std::max(most, event.dirty);
      written.dirty = event.dirty;
      if (i % 2 == 0) least = Measure(&floor, written);
      const Stopwatch watch;
      alone.Run(call);
      NoteEvent(event, watch.Read(), least, result);
    }
  }
  RemoveState(options.state_path);
  return most;
}

// The peers and the floor. They are not in the loop above: what a peer does to the caches is not
// what a program of its own would find there.
void RacePeers(const Workload& workload, const Place& place, uint64_t most, RaceResult* result) {
  Plain copy(*workload.program);
  RunUp(workload, &copy);
  const std::vector<NamedPeer> peers = MakePeers(place.folder, copy.memory());
  const std::vector<ChangedChunks> trace = Record(workload, &copy);
  Floor floor(place.folder + "/floor", most + 64);
  for (int i = 0; i < workload.events; ++i) {
    const ChangedChunks& changed = trace[static_cast<size_t>(i)];
    const Written written = {result->dirty_of_event[static_cast<size_t>(i)], &changed, &copy};
    for (const NamedPeer& named : peers) {
      if (i % named.peer->every() != 0) continue;
      const Cost least = Measure(&floor, written);
      Note(named.name, Measure(named.peer.get(), written), least, result);
    }
  }
}

}  // namespace

RaceResult Race(const Workload& workload, const Place& place) {
  RaceResult result;
  const uint64_t most = RaceEvents(workload, place, &result);
  if (workload.peers) RacePeers(workload, place, most, &result);
  result.dirty /= workload.events;
  result.changed /= workload.events;
  return result;
}

void AddRace(const RaceResult& result, const Workload& workload, const Place& place, Bench* bench) {
  const std::string row = place.name + ", " + workload.row;
  bench->Add("Time", row, "chunks", result.dirty);
  bench->Add("Time", row, "of them changed", result.changed);
  bench->Add("Time", row, "floor, us", Median(result.floor_us));
  // Where the flush of a disk takes 100 us now and a tick of the kernel's clock then, a tenth of
  // them says what the fast ones are like.
  bench->Add("Time", row, "fast floor, us", Quantile(result.floor_us, 0.1));
  const std::vector<double>& commit_us = result.by_name.at(kCommit).us;
  bench->Add("Time", row, "fast commit / fast floor",
             Quantile(commit_us, 0.1) / Quantile(result.floor_us, 0.1));
  bench->Add("Time", row, "commit less floor, us", Median(commit_us) - Median(result.floor_us));
  for (const char* part : {"guest alone", "faults, and what is in no other part", "tracking",
                           "diff and encoding", "store and flush", "fold"}) {
    bench->Add("Where the time of an event goes, us", row, part, Median(result.spent_us.at(part)));
  }
  std::string said;
  // In this order, and those that took part.
  for (const char* name : {kCommit, kLessTracking, kEvent, "page upsert", "LMDB", "image dump"}) {
    const auto found = result.by_name.find(name);
    if (found == result.by_name.end()) continue;
    const Samples& samples = found->second;
    const double time = Median(samples.ratio);
    bench->Add("Time", row, name, time);
    bench->Add("Slowest of a hundred", row, name,
               Quantile(samples.us, 0.99) / Quantile(result.floor_us, 0.99));
    if (name != std::string(kCommit) && name != std::string(kLessTracking)) {
      const double cpu = samples.sum.cpu_us / samples.floor_sum.cpu_us;
      const double bytes =
          static_cast<double>(samples.sum.bytes) / static_cast<double>(samples.floor_sum.bytes);
      bench->Add("Processor time", row, name, cpu);
      bench->Add("Bytes", row, name, bytes);
    }
    char text[64];
    std::snprintf(text, sizeof text, "  %s %.2f", name, time);
    said += text;
  }
  Say("%-44s %6.1f chunks, floor %7.1f us:%s\n", row.c_str(), result.dirty, Median(result.floor_us),
      said.c_str());
}

}  // namespace perdure::bench
