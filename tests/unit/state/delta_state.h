// A state that deltas are applied to, for their tests.
#pragma once

#include <catch2/catch.hpp>
#include <string>
#include <string_view>

#include "rtlib/state/delta_reader.h"
#include "tests/unit/state/shape_program.h"

namespace perdure::test {

// Memories as vectors; aborts the test on anything outside them.
class VectorSink final : public MemorySink {
 public:
  VectorSink() : memories{std::string(kPageBytes, '\0'), std::string()} {}

  Status Resize(uint32_t memory, uint64_t, uint64_t pages) override {
    REQUIRE(pages <= kShapeProgram.memories[memory].max_pages);
    memories[memory].resize(pages * kPageBytes, '\0');
    return OkStatus();
  }
  Status Write(uint32_t memory, uint64_t offset, std::string_view bytes) override {
    REQUIRE(offset <= memories[memory].size());
    REQUIRE(bytes.size() <= memories[memory].size() - offset);
    memories[memory].replace(offset, bytes.size(), bytes);
    return OkStatus();
  }

  std::string memories[2];
};

struct DeltaState {
  SmallState small{kShapeProgram};
  VectorSink memory;

  DeltaState() {
    small.memory_pages = {1, 0};
    small.tables = {{kNullRef, 1}, {2}, {}};
  }
  Status Apply(std::string_view delta) { return ApplyDelta(delta, kShapeProgram, &small, &memory); }
};

}  // namespace perdure::test
