// Rows of the log that are more than one event, or more than one value can hold.
#include <catch2/catch.hpp>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

constexpr size_t kValueBytes = 16384;

std::unique_ptr<Store> OpenSmall(const std::string& path) {
  auto opened = OpenSqliteStore({path, Durability::kFull, kValueBytes});
  INFO(opened.status().message());
  REQUIRE(opened.ok());
  return *std::move(opened);
}

// An event with a delta of `bytes` bytes, no two stretches of which are the same.
EventRecord LongEvent(uint64_t seq, size_t bytes) {
  EventRecord event = SampleEvent(seq);
  event.delta.clear();
  for (size_t i = 0; i < bytes; ++i) event.delta.push_back(static_cast<char>(i ^ (i >> 8) ^ seq));
  return event;
}

// Events 2..4, the middle one in many pieces.
void MakeLongState(const std::string& path) {
  auto store = OpenSmall(path);
  REQUIRE(CreateSample(store.get()).ok());
  REQUIRE(store->Begin().ok());
  REQUIRE(store->AppendEvent(SampleEvent(2)).ok());
  REQUIRE(store->AppendEvent(LongEvent(3, 100'000)).ok());
  REQUIRE(store->AppendEvent(SampleEvent(4)).ok());
  REQUIRE(store->Commit().ok());
  REQUIRE(store->Maintain(SampleHeader(4), Store::Moment::kClosing).ok());
  REQUIRE(store->Close().ok());
}

TEST_CASE("a delta longer than a value is in pieces, and read back whole") {
  for (const size_t bytes : {kValueBytes / 2, kValueBytes / 2 + 1, kValueBytes, size_t{100'000}}) {
    ScratchState scratch;
    auto store = OpenSmall(scratch.path());
    REQUIRE(CreateSample(store.get()).ok());
    REQUIRE(store->Begin().ok());
    REQUIRE(store->AppendEvent(LongEvent(2, bytes)).ok());
    REQUIRE(store->AppendEvent(LongEvent(3, bytes + 1)).ok());
    REQUIRE(store->Commit().ok());
    store.reset();
    store = OpenSmall(scratch.path());
    EventRecord event;
    REQUIRE(*store->ReadEvent(2, &event));
    CHECK((event.delta == LongEvent(2, bytes).delta));
    uint64_t seq = 1;
    REQUIRE(store
                ->ForEachEvent(1,
                               [&](const EventRecord& found) {
                                 CHECK(found.seq == ++seq);
                                 CHECK((found.delta == LongEvent(seq, bytes + seq - 2).delta));
                                 return OkStatus();
                               })
                .ok());
    CHECK(seq == 3);
  }
}

void DeleteThrough(Store* store, uint64_t seq) {
  for (Result<bool> done = false; !*done;) {
    done = store->DeleteEventsThrough(seq);
    REQUIRE(done.ok());
  }
}

TEST_CASE("pieces go with their event") {
  ScratchState scratch;
  MakeLongState(scratch.path());
  auto store = OpenSmall(scratch.path());
  REQUIRE(store->Begin().ok());
  DeleteThrough(store.get(), 2);
  EventRecord event;
  REQUIRE(*store->ReadEvent(3, &event));
  CHECK(event.delta.size() == 100'000);
  DeleteThrough(store.get(), 3);
  REQUIRE(store->AppendEvent(LongEvent(5, 50'000)).ok());
  REQUIRE(store->Commit().ok());
  CHECK(*store->OldestEvent() == 4);
  REQUIRE(store->Close().ok());
  CHECK(Query(scratch.path(), "SELECT DISTINCT id >> 20 FROM delta_piece") == "5\n");
  store = OpenSmall(scratch.path());
  REQUIRE(store->Begin().ok());
  REQUIRE(store->Clear().ok());
  store->Abort();
}

TEST_CASE("a piece that is missing or of another type is damage") {
  for (const char* change :
       {"DELETE FROM delta_piece WHERE id = (3 << 20) + 5", "DELETE FROM delta_piece",
        "UPDATE delta_piece SET id = id + 1 WHERE id = (SELECT max(id) FROM delta_piece)"}) {
    INFO(change);
    ScratchState scratch;
    MakeLongState(scratch.path());
    Sql(scratch.path(), change);
    auto store = OpenSmall(scratch.path());
    EventRecord event;
    CHECK(*store->ReadEvent(2, &event));
    CHECK(store->ReadEvent(3, &event).status().code() == StatusCode::kCorrupt);
    const auto ignore = [](const EventRecord&) { return OkStatus(); };
    CHECK(store->ForEachEvent(0, ignore).code() == StatusCode::kCorrupt);
  }
}

TEST_CASE("the view events shows how long a delta in pieces is") {
  ScratchState scratch;
  MakeLongState(scratch.path());
  CHECK(Query(scratch.path(), "SELECT seq, delta_bytes FROM events WHERE seq > 1") ==
        "2|74\n3|100000\n4|148\n");
}

TEST_CASE("each event of a series is found by its number, and all are in the view") {
  ScratchState scratch;
  {
    auto store = MustOpen(scratch.path());
    REQUIRE(CreateSample(store.get()).ok());
    EventRecord series = SampleEvent(4);
    series.earlier_count = 2;
    series.earlier = R"json([1700000000000006,["set(\"1\")","",1],["get()","-1",2,3]])json";
    series.effects = "0123456789";
    REQUIRE(store->Begin().ok());
    REQUIRE(store->AppendEvent(series).ok());
    REQUIRE(store->AppendEvent(SampleEvent(5)).ok());
    REQUIRE(store->Commit().ok());
    EventRecord event;
    for (uint64_t seq = 2; seq <= 4; ++seq) {
      REQUIRE(*store->ReadEvent(seq, &event));
      CHECK(event.seq == 4);
      CHECK(event.earlier_count == 2);
      CHECK(event.earlier == series.earlier);
    }
    REQUIRE(*store->ReadEvent(5, &event));
    CHECK(event.seq == 5);
    CHECK_FALSE(*store->ReadEvent(6, &event));
    REQUIRE(store->Maintain(SampleHeader(5), Store::Moment::kClosing).ok());
  }
  CHECK(Query(scratch.path(), "SELECT * FROM events") ==
        "1|2023-11-14T22:13:20.000001Z|start|set(1)|returned|2|1|37|0\n"
        "2|2023-11-14T22:13:20.000007Z|call|set(\"1\")|returned||NULL|NULL|0\n"
        "3|2023-11-14T22:13:20.000008Z|call|get()|returned|-1|NULL|NULL|3\n"
        "4|2023-11-14T22:13:20.000004Z|call|set(4)|returned|8|4|148|7\n"
        "5|2023-11-14T22:13:20.000005Z|call|set(5)|trapped|10|5|185|0\n");
  Sql(scratch.path(), "UPDATE event SET earlier = '[[' WHERE seq = 4");
  CHECK(Query(scratch.path(), "SELECT seq FROM events") == "1\n4\n5\n");
}

TEST_CASE("a row that claims more events than there are numbers is damage") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 3);
  Sql(scratch.path(), "UPDATE event SET earlier_count = 3 WHERE seq = 3");
  auto store = MustOpen(scratch.path());
  EventRecord event;
  CHECK(store->ReadEvent(3, &event).status().code() == StatusCode::kCorrupt);
}

}  // namespace
}  // namespace perdure::test
