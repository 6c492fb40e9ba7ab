// What a person sees with the sqlite3 shell.
#include <catch2/catch.hpp>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

TEST_CASE("the view events shows the log in words") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 6);
  CHECK(Query(scratch.path(), "SELECT * FROM events WHERE seq IN (1, 5, 6)") ==
        "1|2023-11-14T22:13:20.000001Z|start|set(1)|returned|2|1|37|0\n"
        "5|2023-11-14T22:13:20.000005Z|call|set(5)|trapped|10|5|185|0\n"
        "6|2023-11-14T22:13:20.000006Z|call|set(6)|returned|12|6|222|8\n");
}

TEST_CASE("the view globals shows the newest value of every global, whatever its name") {
  ScratchState scratch;
  {
    auto store = MustOpen(scratch.path());
    REQUIRE(store->Begin().ok());
    REQUIRE(store->PutHeader(SampleHeader()).ok());
    REQUIRE(store->PutGlobalMirror({0, "counter", "i32", "-5"}).ok());
    REQUIRE(store->PutGlobalMirror({1, "odd.\"name\\'$", "f64", "0.5"}).ok());
    REQUIRE(store->PutGlobalMirror({2, "limit", "f32", "\"inf\""}).ok());
    REQUIRE(store->PutGlobalMirror({3, "big", "i64", "1"}).ok());
    const char* const changes[] = {"", "{\"big\":-9223372036854775808,\"counter\":1}",
                                   "{\"odd.\\\"name\\\\'$\":2.25}", "{\"counter\":7}", ""};
    uint64_t seq = 0;
    for (const char* change : changes) {
      EventRecord event = SampleEvent(++seq);
      event.globals = change;
      REQUIRE(store->AppendEvent(event).ok());
    }
    REQUIRE(store->Commit().ok());
    REQUIRE(store->Maintain(SampleHeader(5), Store::Moment::kClosing).ok());
  }
  CHECK(Query(scratch.path(), "SELECT * FROM globals") ==
        "0|counter|i32|7\n"
        "1|odd.\"name\\'$|f64|2.25\n"
        "2|limit|f32|inf\n"
        "3|big|i64|-9223372036854775808\n");
}

TEST_CASE("the views survive text that is not JSON") {
  ScratchState scratch;
  {
    auto store = MustOpen(scratch.path());
    REQUIRE(CreateSample(store.get()).ok());
    EventRecord event = SampleEvent(2);
    event.globals = "{\"g0\":";
    REQUIRE(store->Begin().ok());
    REQUIRE(store->AppendEvent(event).ok());
    REQUIRE(store->PutGlobalMirror({0, "g0", "i32", "no JSON"}).ok());
    REQUIRE(store->Commit().ok());
    REQUIRE(store->Maintain(SampleHeader(2), Store::Moment::kClosing).ok());
  }
  CHECK(Query(scratch.path(), "SELECT * FROM globals") == "0|g0|i32|no JSON\n");
}

TEST_CASE("the file says what it is, and where its log stands") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  CHECK(Query(scratch.path(),
              "PRAGMA application_id; PRAGMA user_version; PRAGMA page_size;"
              "PRAGMA journal_mode; PRAGMA integrity_check;"
              "SELECT durability FROM header") == "1346720324\n5\n4096\nwal\nok\nfull\n");
  CHECK(ReadFile(scratch.path()).substr(68, 4) == "PERD");
}

}  // namespace
}  // namespace perdure::test
