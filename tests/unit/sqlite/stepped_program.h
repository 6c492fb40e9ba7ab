// The engine's sample program on a SQLite store, doing a fixed sequence of events.
#pragma once

#include <catch2/catch.hpp>
#include <memory>
#include <string>
#include <vector>

#include "perdure/instance.h"
#include "perdure/sqlite.h"
#include "rtlib/base/hash.h"
#include "tests/unit/engine/sample_program.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {

inline constexpr uint32_t kWordsOfAStep = 3000;

inline uint32_t ExportIndex(std::string_view name) {
  uint32_t i = 0;
  while (kSampleProgram.exports[i].name != name) ++i;
  return i;
}

class SteppedProgram {
 public:
  explicit SteppedProgram(const std::string& path, StoreOpener open_store = OpenSqliteStore)
      : open_store_(open_store) {
    options_.state_path = path;
    options_.history_events = 3;
    options_.effects = &nowhere_;
    options_.host_data = &config_;
  }

  Status Open() {
    auto opened = Instance::Open(kSampleProgram, options_, open_store_);
    if (!opened.ok()) return opened.status();
    instance_ = *std::move(opened);
    return OkStatus();
  }

  // Event `seq`, from 2 on, of a fixed sequence: `words` words all over a memory of 40 pages.
  Status Step(uint64_t seq, uint32_t words = kWordsOfAStep) {
    perdure_value args[2] = {};
    perdure_value results[1] = {};
    if (seq == 2) {
      args[0].i32 = 38;
      return instance_->Call(ExportIndex("grow"), {args, 1}, results).status();
    }
    args[0].i64 = seq;
    args[1].i32 = words;
    return instance_->Call(ExportIndex("scatter"), args, {}).status();
  }

  uint64_t newest() const { return instance_->info().last_seq; }
  uint64_t MemoryHash() const {
    const wasm_rt_memory_t& memory = config_.live->memory;
    return Hash64({reinterpret_cast<const char*>(memory.data), memory.size});
  }
  Status Close() { return instance_->Close(); }

 private:
  struct Nowhere final : EffectSink {
    void Release(uint64_t, int, std::string_view) override {}
  };

  const StoreOpener open_store_;
  Nowhere nowhere_;
  SampleConfig config_;
  Options options_;
  std::unique_ptr<Instance> instance_;
};

// What memory holds after each event, by number.
inline std::vector<uint64_t> MemoryAfterSteps(uint64_t events, uint32_t words = kWordsOfAStep) {
  ScratchState scratch;
  SteppedProgram program(scratch.path());
  REQUIRE(program.Open().ok());
  std::vector<uint64_t> hashes = {0, program.MemoryHash()};
  for (uint64_t seq = 2; seq <= events; ++seq) {
    REQUIRE(program.Step(seq, words).ok());
    hashes.push_back(program.MemoryHash());
  }
  return hashes;
}

}  // namespace perdure::test
