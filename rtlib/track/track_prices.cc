// What tracking a written chunk costs on this machine, by trying it.
#include <algorithm>
#include <mutex>

#include "rtlib/abi/memory.h"
#include "rtlib/base/clock.h"
#include "rtlib/track/trackers.h"

namespace perdure {

namespace {

// Time to write, one by one, chunks that are far apart, and with `collects` to collect them.
Result<uint64_t> TimeChunkWrites(TrackMode mode, bool collects) {
  constexpr uint64_t kWrites = 16;
  constexpr uint64_t kStep = 24 * kChunkBytes;  // wp-sync protects small gaps along
  constexpr int kRounds = 3;
  wasm_rt_memory_t memory;
  constexpr uint64_t kPages = kWrites * kStep / abi::kWasmPageBytes;
  if (!abi::AllocateMemory(&memory, kPages, kPages, false)) {
    return Status(StatusCode::kResourceExhausted, "no address space for a trial");
  }
  const auto write = [&memory] {
    for (uint64_t i = 0; i < kWrites; ++i)
      static_cast<volatile uint8_t*>(memory.data)[i * kStep] = 1;
  };
  const auto measure = [&]() -> Result<uint64_t> {
    write();
    PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Tracker> tracker,
                             CreateTracker(mode, memory.data, abi::ReservedBytes(memory)));
    PERDURE_TRY(tracker->Arm(memory.size));
    uint64_t best = UINT64_MAX;
    std::vector<ChunkRange> dirty;
    for (int round = 0; round < kRounds; ++round) {
      const uint64_t began = MonotonicNs();
      write();
      const uint64_t written = MonotonicNs();
      PERDURE_TRY(tracker->Collect(memory.size, &dirty));
      PERDURE_TRY(tracker->Rearm({}));
      best = std::min(best, (collects ? MonotonicNs() : written) - began);
    }
    return best / kWrites;
  };
  Result<uint64_t> measured = measure();
  wasm_rt_free_memory(&memory);
  return measured;
}

Result<TrackPrices> Try() {
  PERDURE_TRY(TrackModeVerdict(TrackMode::kWpSync));
  TrackPrices prices;
  PERDURE_ASSIGN_OR_RETURN(prices.async_ns, TimeChunkWrites(TrackMode::kWpAsync, false));
  PERDURE_ASSIGN_OR_RETURN(prices.sync_ns, TimeChunkWrites(TrackMode::kWpSync, true));
  return prices;
}

}  // namespace

Result<TrackPrices> MeasureTrackPrices() {
  static std::mutex mutex;
  static std::optional<Result<TrackPrices>> prices;
  const std::lock_guard lock(mutex);
  if (!prices.has_value()) prices = Try();
  return *prices;
}

}  // namespace perdure
