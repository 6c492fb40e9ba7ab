// Events made to measure: how much they write, and in how large a memory.
#include <algorithm>

#include "tests/bench/commit/touch_guest.h"

namespace perdure::bench {
namespace {

constexpr uint64_t kUsed = 16384;  // chunks: 64 MiB

std::string SizeText(uint64_t bytes) {
  return bytes >= uint64_t{1} << 30 ? std::to_string(bytes >> 30) + " GiB"
                                    : std::to_string(bytes >> 20) + " MiB";
}

Workload TouchWorkload(uint64_t chunks, uint64_t bytes, uint64_t memory_bytes) {
  Workload workload;
  workload.program = &perdure_touch_program;
  workload.setup = FillTouch(kUsed, memory_bytes);
  workload.event = [=](int number) { return Touch(chunks, bytes, number); };
  return workload;
}

}  // namespace

std::vector<Call> FillTouch(uint64_t used, uint64_t memory_bytes) {
  std::vector<Call> calls = {{"layout", {used, memory_bytes / kBlock / used}}};
  constexpr uint64_t kStep = 4096;
  for (uint64_t first = 0; first < used; first += kStep) {
    calls.push_back({"fill", {first, std::min(kStep, used - first)}});
  }
  return calls;
}

void MeasureChunks(Bench* bench) {
  for (const Place* place : bench->places()) {
    for (const uint64_t chunks : {1, 7, 31, 100, 1000, 10000}) {
      for (const uint64_t bytes : {40, 544, 4096}) {
        if (bytes == 4096 && chunks != 31 && chunks != 1000) continue;
        Workload workload = TouchWorkload(chunks, bytes, kUsed * kBlock);
        workload.row = "k = " + std::to_string(chunks) + ", " + std::to_string(bytes) + " bytes";
        // The larger ones take long, and vary less.
        workload.events = bench->rounds * (chunks <= 100 ? 50 : chunks <= 1000 ? 15 : 4);
        workload.warm_up = chunks <= 100 ? 50 : 5;
        workload.peers = bytes == 40;
        const RaceResult result = Race(workload, *place);
        AddRace(result, workload, *place, bench);
        if (place != &bench->disk || bytes != 40) continue;
        const double ratio = Median(result.by_name.at("commit").ratio);
        if (chunks == 1) bench->Expect("k = 1: commit / floor, on disk", 1.1, ratio);
        if (chunks == 10000) bench->Expect("k = 10,000: commit / floor, on disk", 2, ratio);
      }
    }
  }
}

void MeasureSizes(Bench* bench) {
  for (const Place* place : bench->places()) {
    for (const uint64_t mebibytes : {64, 256, 1024, 4096}) {
      for (const uint64_t chunks : {1, 31}) {
        Workload workload = TouchWorkload(chunks, 40, mebibytes << 20);
        workload.row =
            SizeText(mebibytes << 20) + ", 64 MiB of it used, k = " + std::to_string(chunks);
        workload.events = 30 * bench->rounds;
        workload.peers = false;
        AddRace(Race(workload, *place), workload, *place, bench);
      }
    }
  }
}

}  // namespace perdure::bench
