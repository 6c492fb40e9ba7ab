// The Store contract (S1..S5 in rtlib/engine/store.h) and the store's invariants (Q1..Q7 in
// sqlite/sqlite_store.h) on a healthy disk.
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "rtlib/base/text.h"
#include "rtlib/engine/store_kind.h"
#include "sqlite/wal_format.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

using Names = std::vector<std::string>;

TEST_CASE("what was committed is read back by a later open, every field of it (S1)") {
  ScratchState scratch;
  std::string before;
  {
    auto store = MustOpen(scratch.path());
    CHECK_FALSE(store->ReadHeader()->has_value());
    REQUIRE(CreateSample(store.get()).ok());
    for (uint64_t seq = 2; seq <= 20; ++seq) REQUIRE(AppendSample(store.get(), seq).ok());
    before = *Dump(store.get());
    CHECK(*LastSampleEvent(store.get()) == 20);
    REQUIRE(store->Close().ok());
    CHECK(store->Close().ok());
  }
  auto store = MustOpen(scratch.path());
  CHECK(*Dump(store.get()) == before);
  CHECK(before.find("chunk 1099511627776 ") != std::string::npos);
}

TEST_CASE("Put replaces, Delete removes, and reads see the open transaction (S3)") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  REQUIRE(CreateSample(store.get()).ok());
  REQUIRE(store->Begin().ok());
  REQUIRE(store->PutChunk(Image::kBase, 7, "other").ok());
  REQUIRE(store->DeleteChunk(Image::kBase, 0).ok());
  REQUIRE(store->PutSection(Image::kBase, 1, "").ok());
  REQUIRE(store->PutHeader(SampleHeader(9)).ok());
  CHECK(Chunk(store.get(), 7) == "other");
  CHECK(Chunk(store.get(), 0).empty());
  CHECK((*store->ReadHeader())->sealed_seq == 9);
  REQUIRE(store->Commit().ok());
  store.reset();

  store = MustOpen(scratch.path());
  CHECK(Chunk(store.get(), 7) == "other");
  CHECK(Chunk(store.get(), 0).empty());
  CHECK((*store->ReadHeader())->sealed_seq == 9);
}

TEST_CASE("an aborted transaction leaves nothing (S1)") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  REQUIRE(CreateSample(store.get()).ok());
  const std::string before = *Dump(store.get());
  REQUIRE(store->Begin().ok());
  REQUIRE(store->AppendEvent(SampleEvent(2)).ok());
  REQUIRE(store->PutHeader(SampleHeader(5)).ok());
  store->Abort();
  store->Abort();
  CHECK(*Dump(store.get()) == before);
  REQUIRE(AppendSample(store.get(), 2).ok());
  CHECK(*LastSampleEvent(store.get()) == 2);
}

TEST_CASE("an aborted transaction leaves nothing in the log either, however large (Q5)") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  REQUIRE(CreateSample(store.get()).ok());
  REQUIRE(AppendSample(store.get(), 2).ok());
  const std::string before = *Dump(store.get());
  const std::string log_before = ReadFile(scratch.log());
  // What SQLite's cache holds, what is gathered besides, and more.
  for (const uint64_t rows : {10, 1000, 2500}) {
    INFO(rows << " rows");
    REQUIRE(store->Begin().ok());
    for (uint64_t id = 100; id < 100 + rows; ++id) {
      REQUIRE(store->PutChunk(Image::kBase, id, std::string(4000, 'x')).ok());
    }
    CHECK((FileSize(scratch.log()) > log_before.size() + 1'000'000) == (rows == 2500));
    store->Abort();
    CHECK(*Dump(store.get()) == before);
    CHECK((ReadFile(scratch.log()) == log_before));
  }
  REQUIRE(AppendSample(store.get(), 3).ok());
  CHECK(*LastSampleEvent(store.get()) == 3);
}

TEST_CASE(
    "what a dead process wrote of its last transaction is cut off the log by the next open (Q5)") {
  ScratchState scratch;
  MakeKilledState(scratch.path(), 4);
  const uint64_t log_before = FileSize(scratch.log());
  REQUIRE(InChild([&] {
            auto store = OpenSqliteStore({scratch.path(), Durability::kFull});
            if (!store.ok() || !(*store)->Begin().ok()) return 1;
            for (uint64_t id = 100; id < 2000; ++id) {
              if (!(*store)->PutChunk(Image::kBase, id, std::string(4000, 'x')).ok()) return 2;
            }
            _exit(0);
          }) == 0);
  REQUIRE(FileSize(scratch.log()) > log_before + 1'000'000);
  auto store = MustOpen(scratch.path());
  CHECK(FileSize(scratch.log()) == log_before);
  CHECK(*LastSampleEvent(store.get()) == 4);
  CHECK(Chunk(store.get(), 100).empty());
}

TEST_CASE("a first transaction that does not commit leaves no file (Q3)") {
  ScratchState scratch;
  {
    auto store = MustOpen(scratch.path());
    REQUIRE(store->Begin().ok());
    REQUIRE(store->PutChunk(Image::kBase, 1, "x").ok());
    store->Abort();
    CHECK_FALSE(store->ReadHeader()->has_value());
    REQUIRE(store->Close().ok());
  }
  CHECK(scratch.Files() == Names{});
  {
    auto store = MustOpen(scratch.path());
  }
  CHECK(scratch.Files() == Names{});
  // After an abort the same store can still create.
  auto store = MustOpen(scratch.path());
  REQUIRE(store->Begin().ok());
  store->Abort();
  REQUIRE(CreateSample(store.get()).ok());
  CHECK(*LastSampleEvent(store.get()) == 1);
}

TEST_CASE("an empty file that was there before stays, and becomes a state") {
  ScratchState scratch;
  WriteFile(scratch.path(), "");
  {
    auto store = MustOpen(scratch.path());
  }
  CHECK(scratch.Files() == Names{"state.db"});
  auto store = MustOpen(scratch.path());
  CHECK(CreateSample(store.get()).ok());
}

TEST_CASE("after Maintain(closing) and Close all is in one file, sealed (Q4)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 3);
  CHECK(scratch.Files() == Names{"state.db", "state.db-wal"});
  CHECK(ReadFile(scratch.log()).starts_with(kClosedLogMark));
  for (const bool with_log : {true, false}) {
    if (!with_log) unlink(scratch.log().c_str());
    auto store = MustOpen(scratch.path());
    CHECK((*store->ReadHeader())->sealed_seq == 3);
    CHECK(*LastSampleEvent(store.get()) == 3);
  }
  CHECK(scratch.Files() == Names{"state.db"});  // nothing was written: nothing to keep
}

TEST_CASE("opening, reading and closing writes no byte") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 3);
  const std::string before = ReadFile(scratch.path());
  const std::string log_before = ReadFile(scratch.log());
  auto store = MustOpen(scratch.path());
  CHECK(*LastSampleEvent(store.get()) == 3);
  const StateHeader header = **store->ReadHeader();
  REQUIRE(store->Maintain(header, Store::Moment::kClosing).ok());
  REQUIRE(store->Close().ok());
  CHECK(store->BytesWritten() == 0);
  CHECK((ReadFile(scratch.path()) == before));
  CHECK((ReadFile(scratch.log()) == log_before));
}

TEST_CASE("a transaction without changes reaches no disk") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  REQUIRE(CreateSample(store.get()).ok());
  const uint64_t before = store->BytesWritten();
  REQUIRE(store->Begin().ok());
  REQUIRE(store->Commit().ok());
  CHECK(store->BytesWritten() == before);
}

TEST_CASE("a long log is sealed and moved into the file, and then starts over (Q4)") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  REQUIRE(CreateSample(store.get()).ok());
  uint64_t seq = 1;
  uint64_t largest = 0;
  const std::string delta(9000, 'd');
  for (int i = 0; i < 1200; ++i) {
    REQUIRE(store->Begin().ok());
    EventRecord event = SampleEvent(++seq);
    event.delta = delta;
    REQUIRE(store->AppendEvent(event).ok());
    REQUIRE(store->Commit().ok());
    REQUIRE(store->Maintain(SampleHeader(seq), Store::Moment::kBusy).ok());
    largest = std::max(largest, FileSize(scratch.log()));
  }
  CHECK(largest < 3'000'000);
  CHECK(FileSize(scratch.path()) > 5'000'000);
  CHECK((*store->ReadHeader())->sealed_seq > 500);
  CHECK(store->BytesOnDisk() == FileSize(scratch.path()) + FileSize(scratch.log()));
  uint64_t events = 0;
  REQUIRE(store
              ->ForEachEvent(1,
                             [&](const EventRecord& event) {
                               events += event.delta == delta;
                               return OkStatus();
                             })
              .ok());
  CHECK(events == 1200);
}

TEST_CASE("operations out of order are refused (S5)") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  CHECK(store->PutChunk(Image::kBase, 1, "x").code() == StatusCode::kFailedPrecondition);
  CHECK(store->Commit().code() == StatusCode::kFailedPrecondition);
  REQUIRE(CreateSample(store.get()).ok());
  CHECK(store->Clear().code() == StatusCode::kFailedPrecondition);
  REQUIRE(store->Begin().ok());
  CHECK(store->Begin().code() == StatusCode::kFailedPrecondition);
  CHECK(store->Maintain(SampleHeader(), Store::Moment::kBusy).code() ==
        StatusCode::kFailedPrecondition);
  // The same event twice is a failed write, after which nothing but Abort is left.
  CHECK(store->AppendEvent(SampleEvent(1)).code() == StatusCode::kCorrupt);
  CHECK(store->AppendEvent(SampleEvent(2)).code() == StatusCode::kFailedPrecondition);
  CHECK(store->Commit().code() == StatusCode::kFailedPrecondition);
  store->Abort();
  CHECK(*LastSampleEvent(store.get()) == 1);
  REQUIRE(store->Close().ok());
  CHECK(store->Begin().code() == StatusCode::kFailedPrecondition);
  CHECK(store->ReadHeader().status().code() == StatusCode::kFailedPrecondition);
}

TEST_CASE("Clear empties a state in one transaction with its new beginning") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 50);
  auto store = MustOpen(scratch.path());
  REQUIRE(store->Begin().ok());
  REQUIRE(store->Clear().ok());
  CHECK(Dump(store.get())->empty());
  store->Abort();
  CHECK(*LastSampleEvent(store.get()) == 50);
  REQUIRE(store->Begin().ok());
  REQUIRE(store->Clear().ok());
  REQUIRE(store->PutHeader(SampleHeader()).ok());
  REQUIRE(store->AppendEvent(SampleEvent(1)).ok());
  REQUIRE(store->Commit().ok());
  store.reset();
  store = MustOpen(scratch.path());
  CHECK(*LastSampleEvent(store.get()) == 1);
}

TEST_CASE("DeleteEventsThrough removes the oldest events only") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 10);
  auto store = MustOpen(scratch.path());
  REQUIRE(store->Begin().ok());
  REQUIRE(store->DeleteEventsThrough(4).ok());
  REQUIRE(store->Commit().ok());
  std::vector<uint64_t> seqs;
  REQUIRE(store
              ->ForEachEvent(6,
                             [&](const EventRecord& e) {
                               seqs.push_back(e.seq);
                               return OkStatus();
                             })
              .ok());
  CHECK(seqs == std::vector<uint64_t>{7, 8, 9, 10});
  seqs.clear();
  REQUIRE(store
              ->ForEachEvent(0,
                             [&](const EventRecord& e) {
                               seqs.push_back(e.seq);
                               return OkStatus();
                             })
              .ok());
  CHECK(seqs.front() == 5);
}

TEST_CASE("a visitor may use the store, and its error ends the walk") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 5);
  auto store = MustOpen(scratch.path());
  int chunks = 0;
  REQUIRE(store
              ->ForEachEvent(0,
                             [&](const EventRecord&) {
                               return store->ForEachChunk(
                                   Image::kBase, [&](uint64_t id, std::string_view blob) {
                                     chunks += Chunk(store.get(), id) == blob;
                                     return OkStatus();
                                   });
                             })
              .ok());
  CHECK(chunks == 15);
  const Status stopped = store->ForEachEvent(0, [](const EventRecord& event) {
    return event.seq == 2 ? Status(StatusCode::kNotFound, "enough") : OkStatus();
  });
  CHECK(stopped.code() == StatusCode::kNotFound);
}

TEST_CASE("every durability keeps what a process committed before it was killed") {
  for (Durability written : {Durability::kFull, Durability::kNormal, Durability::kOff}) {
    for (Durability read : {Durability::kFull, Durability::kNormal, Durability::kOff}) {
      ScratchState scratch;
      MakeKilledState(scratch.path(), 30, written);
      REQUIRE(Exists(scratch.log()));
      auto store = MustOpen(scratch.path(), read);
      CHECK(*LastSampleEvent(store.get()) == 30);
      REQUIRE(AppendSample(store.get(), 31).ok());
      CHECK(*LastSampleEvent(store.get()) == 31);
    }
  }
}

TEST_CASE("a new state has SQLite's file mode, less the umask") {
  ScratchState scratch;
  const mode_t before = umask(027);
  MakeClosedState(scratch.path(), 1);
  umask(before);
  struct stat info;
  REQUIRE(stat(scratch.path().c_str(), &info) == 0);
  CHECK((info.st_mode & 0777) == 0640);
}

TEST_CASE("a path is only a path: no URI, no :memory:, links are followed") {
  ScratchState scratch;
  REQUIRE(chdir(scratch.folder().c_str()) == 0);
  MakeClosedState("file:a?mode=memory", 1);
  MakeClosedState(":memory:", 1);
  REQUIRE(symlink("target.db", "link.db") == 0);
  MakeKilledState("link.db", 3);
  CHECK(scratch.Files() == Names{":memory:", ":memory:-wal", "file:a?mode=memory",
                                 "file:a?mode=memory-wal", "link.db", "target.db",
                                 "target.db-wal"});
  CHECK(*LastSampleEvent(MustOpen("target.db").get()) == 3);
  REQUIRE(chdir("/") == 0);
}

TEST_CASE("events larger than pages and empty ones are kept exactly") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  REQUIRE(CreateSample(store.get()).ok());
  EventRecord event = SampleEvent(2);
  event.delta.clear();
  for (int i = 0; i < 3'000'000; ++i) event.delta.push_back(static_cast<char>(i * 7 >> 3));
  event.input = std::string("a\0b", 3);
  event.result.clear();
  event.effects.clear();
  event.globals.clear();
  REQUIRE(store->Begin().ok());
  REQUIRE(store->AppendEvent(event).ok());
  REQUIRE(store->Commit().ok());
  REQUIRE(store
              ->ForEachEvent(1,
                             [&](const EventRecord& read) {
                               CHECK(read.delta == event.delta);
                               CHECK(read.input == event.input);
                               CHECK((read.result + read.effects + read.globals).empty());
                               return OkStatus();
                             })
              .ok());
}

TEST_CASE("the store kind that programs name opens this store") {
  ScratchState scratch;
  auto store = perdure_sqlite_store.open({scratch.path(), Durability::kFull});
  REQUIRE(store.ok());
  CHECK(CreateSample(store->get()).ok());
}

}  // namespace
}  // namespace perdure::test
