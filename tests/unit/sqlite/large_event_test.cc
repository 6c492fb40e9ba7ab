// Events that changed more than one value of the store can hold, from the engine to the file and
// back: the store is told that a value holds 16 KiB.
#include <sys/wait.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include <csignal>
#include <random>

#include "tests/unit/sqlite/stepped_program.h"

namespace perdure::test {
namespace {

Result<std::unique_ptr<Store>> OpenSmallStore(const StoreOptions& options) {
  StoreOptions small = options;
  small.value_bytes_max = 16384;
  return OpenSqliteStore(small);
}

class Program : public SteppedProgram {
 public:
  explicit Program(const std::string& path) : SteppedProgram(path, OpenSmallStore) {}
};

// A child process does events 2..count and is gone, without closing anything.
void MakeAbandonedState(const std::string& path, uint64_t count) {
  REQUIRE(InChild([&] {
            Program program(path);
            if (!program.Open().ok()) _exit(1);
            for (uint64_t seq = 2; seq <= count; ++seq) {
              if (!program.Step(seq).ok()) _exit(2);
            }
            _exit(0);
            return 0;
          }) == 0);
}

TEST_CASE("an event larger than a value survives, is folded and leaves nothing behind") {
  const std::vector<uint64_t> expected = MemoryAfterSteps(40);
  ScratchState scratch;
  MakeAbandonedState(scratch.path(), 6);
  Program program(scratch.path());
  REQUIRE(program.Open().ok());
  CHECK(program.newest() == 6);
  CHECK(program.MemoryHash() == expected[6]);
  for (uint64_t seq = 7; seq <= 40; ++seq) REQUIRE(program.Step(seq).ok());
  REQUIRE(program.Close().ok());
  CHECK(Query(scratch.path(), "SELECT count(*) > 3 FROM delta_piece") == "1\n");
  CHECK(
      Query(scratch.path(),
            "SELECT min(seq) > 30, sum(pieces) = (SELECT count(*) FROM delta_piece) FROM event") ==
      "1|1\n");
  Program again(scratch.path());
  REQUIRE(again.Open().ok());
  CHECK(again.MemoryHash() == expected[40]);
}

TEST_CASE("what an event leaves behind when it is removed goes a piece at a time") {
  ScratchState scratch;
  MakeAbandonedState(scratch.path(), 4);
  const std::string pieces = Query(scratch.path(), "SELECT sum(pieces) FROM event WHERE seq <= 3");
  auto store = MustOpen(scratch.path());
  for (int left = std::stoi(pieces); left >= 0; --left) {
    INFO(left << " pieces left");
    CHECK((*store->OldestEvent() <= 3) == (left > 0 || left == std::stoi(pieces)));
    REQUIRE(store->Begin().ok());
    const Result<bool> done = store->DeleteEventsThrough(3);
    REQUIRE(done.ok());
    CHECK(*done == (left == 0));
    REQUIRE(store->Commit().ok());
    // Never an event without one of its pieces, whenever the process dies.
    EventRecord event;
    for (const uint64_t removed : {1, 2, 3}) CHECK_FALSE(*store->ReadEvent(removed, &event));
    REQUIRE(*store->ReadEvent(4, &event));
    if (left != 1) continue;
    REQUIRE(store->Close().ok());
    store = MustOpen(scratch.path());
  }
  CHECK(*store->OldestEvent() == 4);
}

TEST_CASE("a changed piece or a missing one is found before the event is used") {
  ScratchState scratch;
  MakeAbandonedState(scratch.path(), 4);
  Sql(scratch.path(), "PRAGMA wal_checkpoint(TRUNCATE)");
  const std::string whole = ReadFile(scratch.path());
  for (const char* change :
       {"UPDATE delta_piece SET data = CAST(substr(data, 1, 99) || x'00' || substr(data, 101) AS "
        "BLOB) WHERE id = (4 << 20) + 1",
        "UPDATE delta_piece SET data = substr(data, 2) WHERE id = 4 << 20",
        "DELETE FROM delta_piece WHERE id = 4 << 20",
        "UPDATE event SET pieces = pieces - 1 WHERE seq = 3"}) {
    INFO(change);
    WriteFile(scratch.path(), whole);
    Sql(scratch.path(), change);
    Program program(scratch.path());
    const Status status = program.Open();
    INFO(status.message());
    CHECK(status.code() == StatusCode::kCorrupt);
  }
  WriteFile(scratch.path(), whole);
  Program program(scratch.path());
  CHECK(program.Open().ok());
}

TEST_CASE("a process killed among the pieces of an event leaves it whole or not at all") {
  const std::vector<uint64_t> expected = MemoryAfterSteps(400);
  ScratchState scratch;
  std::mt19937 random(17);
  uint64_t newest = 0;
  // On a busy machine the first children do not get far.
  for (int round = 0; (round < 25 || newest <= 3) && newest + 1 < expected.size(); ++round) {
    const pid_t child = Fork();
    if (child == 0) {
      Program program(scratch.path());
      if (!program.Open().ok()) _exit(1);
      for (uint64_t seq = program.newest() + 1; seq < expected.size(); ++seq) {
        if (!program.Step(seq).ok()) _exit(2);
      }
      pause();
    }
    usleep(static_cast<useconds_t>(1000 + random() % 30'000));
    kill(child, SIGKILL);
    int status = 0;
    waitpid(child, &status, 0);
    REQUIRE(WIFSIGNALED(status));
    if (!Exists(scratch.path())) continue;
    Program program(scratch.path());
    REQUIRE(program.Open().ok());
    INFO("round " << round << ", event " << program.newest());
    CHECK(program.newest() >= newest);
    newest = program.newest();
    CHECK(program.MemoryHash() == expected[newest]);
  }
}

}  // namespace
}  // namespace perdure::test
