// Vocabulary of the tracker tests: a memory, its tracker, and a model of which chunks were written.
#pragma once

#include <catch2/catch.hpp>
#include <cstdint>
#include <memory>
#include <set>
#include <vector>

#include "rtlib/abi/memory.h"
#include "rtlib/track/trackers.h"

namespace perdure {

inline constexpr uint64_t kChunksAPage = abi::kWasmPageBytes / kChunkBytes;

// The modes whose self-test passes here; compare always does.
inline std::vector<TrackMode> WorkingModes() {
  std::vector<TrackMode> modes;
  for (const TrackMode mode :
       {TrackMode::kWpAsync, TrackMode::kWpSync, TrackMode::kMprotect, TrackMode::kCompare}) {
    setenv("PERDURE_TRACK", std::string(TrackModeName(mode)).c_str(), 1);
    const Result<TrackMode> chosen = ChooseTrackMode();
    unsetenv("PERDURE_TRACK");
    if (chosen.ok()) {
      modes.push_back(mode);
    } else {
      WARN("not tested here: " << chosen.status().message());
    }
  }
  return modes;
}

class TrackedMemory {
 public:
  enum class Hot : uint8_t { kProtected, kKept };

  TrackedMemory(TrackMode mode, uint64_t pages, uint64_t max_pages, bool is64 = false,
                Hot hot = Hot::kProtected) {
    REQUIRE(abi::AllocateMemory(&memory_, pages, max_pages, is64));
    Result<std::unique_ptr<Tracker>> tracker =
        hot == Hot::kKept
            ? CreateWpSyncTracker(memory_.data, abi::ReservedBytes(memory_), nullptr, {}, true)
            : CreateTracker(mode, memory_.data, abi::ReservedBytes(memory_));
    if (!tracker.ok()) FAIL(tracker.status().message());
    tracker_ = std::move(*tracker);
    CHECK(tracker_->mode() == mode);
  }
  ~TrackedMemory() {
    tracker_.reset();
    wasm_rt_free_memory(&memory_);
  }

  void Arm() {
    const Status status = tracker_->Arm(memory_.size);
    if (!status.ok()) FAIL(status.message());
    written_.clear();
  }

  void Write(uint64_t address, uint8_t value = 1) {
    static_cast<volatile uint8_t*>(memory_.data)[address] = value;
    written_.insert(address / kChunkBytes);
  }
  void WriteChunk(uint64_t chunk) { Write(chunk * kChunkBytes + chunk % kChunkBytes); }
  uint8_t Read(uint64_t address) { return static_cast<volatile uint8_t*>(memory_.data)[address]; }
  void Resize(uint64_t pages) {
    REQUIRE(abi::ResizeMemory(&memory_, pages));
    written_.erase(written_.lower_bound(chunk_count()), written_.end());
  }
  void StopTracking() { tracker_.reset(); }

  // Collects, checks the form of the answer and that nothing written since is missing, arms again
  // what was found, and returns it.
  std::set<uint64_t> Collect() {
    std::vector<ChunkRange> dirty = {{7, 8}};  // must be replaced
    const Status status = tracker_->Collect(memory_.size, &dirty);
    if (!status.ok()) FAIL(status.message());
    std::set<uint64_t> chunks = Checked(dirty);
    const Status armed = tracker_->Rearm(Unchanged(chunks));
    if (!armed.ok()) FAIL(armed.message());
    written_.clear();
    return chunks;
  }

  // The same, and what is found remains to be collected.
  std::set<uint64_t> Peek() {
    std::vector<ChunkRange> dirty = {{7, 8}};
    const Status status = tracker_->Peek(memory_.size, &dirty);
    if (!status.ok()) FAIL(status.message());
    return Checked(dirty);
  }

  size_t ranges() const { return ranges_; }  // of the last Collect
  wasm_rt_memory_t& memory() { return memory_; }
  uint64_t chunk_count() const { return memory_.size / kChunkBytes; }

 private:
  std::vector<uint64_t> Unchanged(const std::set<uint64_t>& chunks) const {
    std::vector<uint64_t> unchanged;
    for (const uint64_t chunk : chunks) {
      if (!written_.contains(chunk)) unchanged.push_back(chunk);
    }
    return unchanged;
  }

  std::set<uint64_t> Checked(const std::vector<ChunkRange>& dirty) {
    std::set<uint64_t> chunks;
    uint64_t last_end = 0;
    for (const ChunkRange& range : dirty) {
      if (range.begin >= range.end || range.begin < last_end) FAIL("not ascending");
      last_end = range.end;
      for (uint64_t chunk = range.begin; chunk < range.end; ++chunk) chunks.insert(chunk);
    }
    CHECK(last_end <= memory_.size / kChunkBytes);
    for (const uint64_t chunk : written_) {
      if (!chunks.contains(chunk)) FAIL("a write to chunk " << chunk << " went unseen");
    }
    ranges_ = dirty.size();
    return chunks;
  }

  wasm_rt_memory_t memory_ = {};
  std::unique_ptr<Tracker> tracker_;
  std::set<uint64_t> written_;
  size_t ranges_ = 0;
};

}  // namespace perdure
