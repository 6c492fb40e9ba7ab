// Disks that fail and power that goes, at every single operation.
#include <sqlite3.h>
#include <sys/mman.h>
#include <sys/wait.h>

#include <catch2/catch.hpp>

#include "rtlib/base/text.h"
#include "tests/unit/sqlite/fault_vfs.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

constexpr uint64_t kEvents = 18;
// Of an aborted transaction: more than SQLite's cache holds, and more than is gathered besides.
constexpr uint64_t kRows = 600, kManyRows = 1700;

// What the workload promised to somebody, in memory that outlives a child process.
struct Promises {
  uint64_t acknowledged = 0;
};

Promises* SharedPromises() {
  void* memory =
      mmap(nullptr, sizeof(Promises), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  REQUIRE(memory != MAP_FAILED);
  return new (memory) Promises();
}

// Opens, creates if new, appends up to event `last`, with a checkpoint in the middle, an aborted
// transaction of so many `rows` before it, and an orderly end. Stops at the first error.
Status Work(const std::string& path, uint64_t last, uint64_t rows, Promises* promises) {
  PERDURE_ASSIGN_OR_RETURN(std::unique_ptr<Store> store,
                           OpenSqliteStore({path, Durability::kFull}));
  PERDURE_ASSIGN_OR_RETURN(uint64_t seq, LastSampleEvent(store.get()));
  if (seq == 0) {
    PERDURE_TRY(CreateSample(store.get()));
    promises->acknowledged = seq = 1;
  }
  const uint64_t middle = (seq + last) / 2;
  while (seq < last) {
    Status status = AppendSample(store.get(), seq + 1);
    if (!status.ok()) {
      store->Abort();
      return status;
    }
    promises->acknowledged = ++seq;
    if (seq != middle) continue;
    PERDURE_TRY(store->Begin());
    for (uint64_t id = 1000; id < 1000 + rows; ++id) {
      status = store->PutChunk(Image::kBase, id, std::string(4000, 'x'));
      if (!status.ok()) {
        store->Abort();
        return status;
      }
    }
    store->Abort();
    PERDURE_TRY(store->Maintain(SampleHeader(seq), Store::Moment::kClosing));
  }
  PERDURE_TRY(store->Maintain(SampleHeader(seq), Store::Moment::kClosing));
  return store->Close();
}

// Every acknowledged event is there; at most the one in flight is there as well; the state works.
void CheckPromises(const std::string& path, const Promises& promises) {
  auto opened = OpenSqliteStore({path, Durability::kFull});
  INFO("acknowledged " << promises.acknowledged << ": " << opened.status().message());
  REQUIRE(opened.ok());
  auto last = LastSampleEvent(opened->get());
  REQUIRE(last.ok());
  CHECK(*last >= promises.acknowledged);
  CHECK(*last <= promises.acknowledged + 1);
  if (*last == 0) {
    CHECK_FALSE(opened->get()->ReadHeader()->has_value());
    return;
  }
  REQUIRE(opened->get()->ReadHeader()->has_value());
  CHECK(Chunk(opened->get(), 7) == "chunk 7");
  CHECK(Chunk(opened->get(), 1000).empty());
  CHECK(AppendSample(opened->get(), *last + 1).ok());
}

// Runs the workload with the fault at operation 1, 2, 3 ... until it is no longer reached; where
// each takes longer, at every ninth.
void FailEverywhere(Fault fault, StatusCode expected, uint64_t rows = kRows) {
  int64_t struck = 0;
  for (fault.at = 1;; fault.at += rows == kRows ? 1 : 9) {
    ScratchState scratch;
    Promises promises;
    Status status;
    bool fired = false;
    {
      FaultVfs faults(fault);
      status = Work(scratch.path(), kEvents, rows, &promises);
      fired = faults.fired();
    }
    if (!fired) {
      CHECK(status.ok());
      break;
    }
    ++struck;
    INFO("operation " << fault.at << ": " << status.message());
    // A few operations may fail without harm: growing the log ahead, removing a file that is done
    // with.
    if (!status.ok()) {
      CHECK(status.code() == expected);
      CHECK(status.message().find(scratch.path()) != std::string::npos);
    }
    CheckPromises(scratch.path(), promises);
  }
  CHECK(struck > (fault.reads ? 3 : rows == kRows ? 60 : 10));
}

TEST_CASE("a write that fails is reported and costs no acknowledged event (S1, S5)") {
  FailEverywhere({Fault::kFail, 0, false, false, SQLITE_IOERR_WRITE, 0}, StatusCode::kIo);
}

TEST_CASE("a disk that fails for good is reported and costs no acknowledged event (S5, Q7)") {
  FailEverywhere({Fault::kFail, 0, false, true, SQLITE_IOERR_FSYNC, 0}, StatusCode::kIo);
}

TEST_CASE("a write that fails half way is reported and costs no acknowledged event (S1, S5)") {
  FailEverywhere({Fault::kFailHalfWritten, 0, false, true, SQLITE_IOERR_WRITE, 0}, StatusCode::kIo);
  FailEverywhere({Fault::kFailHalfWritten, 0, false, true, SQLITE_IOERR_WRITE, 0}, StatusCode::kIo,
                 kManyRows);
}

TEST_CASE("a disk that is full at any operation is reported as that, and is no damage") {
  FailEverywhere({Fault::kFail, 0, false, true, SQLITE_FULL, 0}, StatusCode::kResourceExhausted);
}

TEST_CASE("a read that fails is reported") {
  FailEverywhere({Fault::kFail, 0, true, true, SQLITE_IOERR_READ, 0}, StatusCode::kIo);
}

TEST_CASE("after a commit failed on an I/O error nothing more is written (Q7)") {
  ScratchState scratch;
  Promises promises;
  REQUIRE(Work(scratch.path(), 3, kRows, &promises).ok());
  // The store opened under this VFS keeps it; the fault strikes the first sync of a commit.
  for (int64_t at = 1; at < 20; ++at) {
    FaultVfs faults({Fault::kFail, at, false, false, SQLITE_IOERR_FSYNC, 0});
    auto store = MustOpen(scratch.path());
    REQUIRE(store->Begin().ok());
    REQUIRE(store->AppendEvent(SampleEvent(4)).ok());
    if (store->Commit().ok()) continue;
    store->Abort();
    const Status refused = store->Begin();
    CHECK(refused.code() == StatusCode::kIo);
    CHECK(refused.message().find("no longer written to") != std::string::npos);
    CHECK(*LastSampleEvent(store.get()) == 3);
    return;
  }
  FAIL("no commit failed");
}

TEST_CASE(
    "a power cut at any operation costs no acknowledged event and is no damage (S2, Q3, W1..W5)") {
  Promises* promises = SharedPromises();
  int64_t cuts = 0;
  for (uint32_t seed = 0; seed < 5; ++seed) {
    const uint64_t rows = seed < 4 ? kRows : kManyRows;
    for (int64_t at = 1;; at += rows == kRows ? 1 + seed % 3 : 11) {
      ScratchState scratch;
      *promises = Promises();
      // Old frames of an earlier generation under the new ones, in every other round.
      if (seed % 2 == 1) {
        REQUIRE(InChild([&] { return Work(scratch.path(), 5, rows, promises).ok() ? 0 : 1; }) == 0);
      }
      const int status = InChild([&] {
        FaultVfs faults(
            {Fault::kCutPower, at, false, false, 0, seed * 1000 + static_cast<uint32_t>(at)});
        return Work(scratch.path(), kEvents, rows, promises).ok() ? 0 : 1;
      });
      if (WEXITSTATUS(status) != kPowerCutStatus) {
        REQUIRE(status == 0);
        break;
      }
      ++cuts;
      INFO("seed " << seed << ", operation " << at);
      CheckPromises(scratch.path(), *promises);
    }
  }
  CHECK(cuts > 200);
  munmap(promises, sizeof(Promises));
}

}  // namespace
}  // namespace perdure::test
