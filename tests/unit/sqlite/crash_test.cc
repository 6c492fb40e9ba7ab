// Processes killed at any moment (S1, S2, Q3, Q5).
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

// Appends events until killed, and writes every acknowledged number to the pipe. `housekeeping`:
// moves the log after every other event.
[[noreturn]] void AppendUntilKilled(const std::string& path, int acks, bool housekeeping) {
  auto opened = OpenSqliteStore({path, Durability::kFull});
  if (!opened.ok()) _exit(1);
  Store* store = opened->get();
  const auto last = LastSampleEvent(store);
  if (!last.ok()) _exit(2);
  uint64_t seq = *last;
  for (;;) {
    const Status status = seq == 0 ? CreateSample(store) : AppendSample(store, seq + 1);
    if (!status.ok()) _exit(3);
    ++seq;
    if (write(acks, &seq, sizeof(seq)) != sizeof(seq)) _exit(4);
    if (housekeeping && seq % 2 == 0) {
      if (!store->Maintain(SampleHeader(seq), Store::Moment::kClosing).ok()) _exit(5);
    }
  }
}

// Kills such a process after a random time; returns the newest acknowledged event, or `before` if
// none.
uint64_t RunAndKill(const std::string& path, bool housekeeping, unsigned long delay_us,
                    uint64_t before) {
  int acks[2];
  REQUIRE(pipe(acks) == 0);
  const pid_t child = Fork();
  if (child == 0) {
    close(acks[0]);
    AppendUntilKilled(path, acks[1], housekeeping);
  }
  close(acks[1]);
  usleep(static_cast<useconds_t>(delay_us));
  kill(child, SIGKILL);
  uint64_t acknowledged = before;
  for (uint64_t seq = 0; read(acks[0], &seq, sizeof(seq)) == sizeof(seq);) acknowledged = seq;
  close(acks[0]);
  int status = 0;
  waitpid(child, &status, 0);
  INFO("the child ended by itself with status " << WEXITSTATUS(status));
  REQUIRE(WIFSIGNALED(status));
  return acknowledged;
}

void KillRepeatedly(bool housekeeping, int rounds, unsigned long delay_max_us) {
  ScratchState scratch;
  std::mt19937 random(housekeeping ? 11 : 5);
  uint64_t acknowledged = 0;
  for (int round = 0; round < rounds; ++round) {
    acknowledged =
        RunAndKill(scratch.path(), housekeeping, 500 + random() % delay_max_us, acknowledged);
    if (round % 3 == 0) continue;  // the next process recovers, not this one
    const auto last = LastSampleEvent(MustOpen(scratch.path()).get());
    INFO("round " << round << ", acknowledged " << acknowledged);
    REQUIRE(last.ok());
    CHECK(*last >= acknowledged);
    CHECK(*last <= acknowledged + 1);
    acknowledged = *last;
  }
  CHECK(acknowledged > 100);
}

TEST_CASE("a process killed while it appends loses nothing that it acknowledged") {
  KillRepeatedly(false, 60, 12'000);
}

TEST_CASE("a process killed while it moves its log loses nothing that it acknowledged") {
  KillRepeatedly(true, 60, 12'000);
}

TEST_CASE("a process killed while it creates its state leaves the whole of it or nothing (Q3)") {
  std::mt19937 random(3);
  int whole = 0;
  int nothing = 0;
  for (int round = 0; round < 150; ++round) {
    ScratchState scratch;
    const uint64_t acknowledged = RunAndKill(scratch.path(), false, random() % 3000, 0);
    auto store = MustOpen(scratch.path());
    const auto last = LastSampleEvent(store.get());
    REQUIRE(last.ok());
    CHECK(*last >= acknowledged);
    CHECK(store->ReadHeader()->has_value() == (*last > 0));
    ++(*last > 0 ? whole : nothing);
    if (*last == 0) CHECK(CreateSample(store.get()).ok());
  }
  CHECK(whole > 0);
  CHECK(nothing > 0);
}

}  // namespace
}  // namespace perdure::test
