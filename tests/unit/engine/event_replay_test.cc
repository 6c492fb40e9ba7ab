// (F4): a row of the log, of any length, in steps.
#include "rtlib/engine/event_replay.h"

#include <catch2/catch.hpp>
#include <random>

#include "rtlib/engine/memory_store.h"
#include "rtlib/engine/record_hash.h"
#include "rtlib/state/delta_writer.h"
#include "tests/unit/engine/sample_program.h"

namespace perdure {
namespace {

constexpr uint64_t kPages = 32;
constexpr size_t kPiece = 100'000;
// A step ends with the run that uses it up; those of the test are 8 KiB long.
constexpr uint64_t kStepMax = kDeltaFrameBytes + 8192 + 16;

class Memory final : public MemorySink {
 public:
  Status Resize(uint32_t, uint64_t, uint64_t pages) override {
    bytes.resize(pages * kPageBytes, '\0');
    return OkStatus();
  }
  Status Write(uint32_t, uint64_t offset, std::string_view more) override {
    bytes.replace(offset, more.size(), more);
    written += more.size();
    return OkStatus();
  }
  std::string bytes;
  uint64_t written = 0;
};

// A store whose event 1 gives a memory these contents.
class Log {
 public:
  explicit Log(const std::string& contents) : disk_(MemoryDiskAt("event_replay_test")) {
    disk_ = MemoryDisk();
    disk_.piece_bytes = kPiece;
    DeltaWriter writer;
    writer.MemorySize(0, contents.size() / kPageBytes);
    for (size_t at = 0; at < contents.size(); at += 8192) {
      writer.MemoryRun(0, at / 8, 1024, reinterpret_cast<const uint8_t*>(contents.data()) + at);
    }
    EventRecord event;
    event.seq = 1;
    REQUIRE(writer.Finish(&event.delta));
    event.hash = EventHash(event, 0);
    disk_.rows.events[1] = event;
    auto opened = OpenMemoryStore({"event_replay_test", Durability::kFull});
    REQUIRE(opened.ok());
    store_ = *std::move(opened);
  }

  std::string& delta() { return disk_.rows.events[1].delta; }
  Store* store() { return store_.get(); }

 private:
  MemoryDisk& disk_;
  std::unique_ptr<Store> store_;
};

std::string Contents(bool compresses) {
  std::string contents(kPages * kPageBytes, '\0');
  std::mt19937 random(3);
  for (size_t i = 0; i < contents.size(); ++i) {
    contents[i] = static_cast<char>(compresses ? i / 1000 : random());
  }
  return contents;
}

TEST_CASE("(F4) no step of a replay goes over more than a piece, or what takes as long") {
  for (const bool compresses : {false, true}) {
    const std::string contents = Contents(compresses);
    Log log(contents);
    EventReplay replay(test::kSampleProgram, log.store());
    SmallState small(test::kSampleProgram);
    Memory memory;
    LogPosition position;
    REQUIRE(replay.Open(1).ok());
    int steps = 0;
    while (replay.is_open()) {
      const uint64_t before = memory.written;
      const Result<uint64_t> bytes = replay.Step(&position, &small, &memory);
      REQUIRE(bytes.ok());
      CHECK(*bytes <= kDeltaFrameBytes);
      CHECK(memory.written - before <= kStepMax);
      CHECK((position.seq == 1) == (memory.written > 0));
      ++steps;
    }
    CHECK((memory.bytes == contents));
    CHECK(replay.delta_bytes() == log.delta().size());
    CHECK(steps >= 8);
  }
}

// What ends the replay of event 1, which does not come to its end.
Status FailureOf(Store* store, Memory* memory) {
  EventReplay replay(test::kSampleProgram, store);
  SmallState small(test::kSampleProgram);
  LogPosition position;
  REQUIRE(replay.Open(1).ok());
  Status status;
  while (status.ok()) {
    REQUIRE(replay.is_open());
    status = replay.Step(&position, &small, memory).status();
  }
  return status;
}

TEST_CASE("what does not verify is not applied") {
  Log log(Contents(false));
  const std::string whole = log.delta();
  for (const size_t at : {size_t{20}, whole.size() / 2, whole.size() - 1}) {
    log.delta() = whole;
    log.delta()[at] ^= 1;
    Memory memory;
    const Status status = FailureOf(log.store(), &memory);
    CHECK(status.code() == StatusCode::kCorrupt);
    CHECK(status.message() == "event 1 does not match its hash");
    CHECK(memory.written == 0);
  }
}

TEST_CASE("a delta that ends within a frame is corrupt, whatever its hash says") {
  Log log(Contents(false));
  EventRecord event;
  REQUIRE(*log.store()->ReadEvent(1, &event));
  event.delta.pop_back();
  event.hash = EventHash(event, 0);
  MemoryDiskAt("event_replay_test").rows.events[1] = event;
  Memory memory;
  const Status status = FailureOf(log.store(), &memory);
  CHECK(status.code() == StatusCode::kCorrupt);
  CHECK(status.message() == "event 1: its delta does not decode");
}

TEST_CASE("an event that is not there is said to be missing") {
  Log log(Contents(true));
  EventReplay replay(test::kSampleProgram, log.store());
  const Status status = replay.Open(2);
  CHECK(status.code() == StatusCode::kCorrupt);
  CHECK_FALSE(replay.is_open());
}

}  // namespace
}  // namespace perdure
