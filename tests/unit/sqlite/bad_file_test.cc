// Paths and files that cannot be opened: one sentence each, the right code, and nothing changed
// (Q2).
#include <fcntl.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <catch2/catch.hpp>

#include "rtlib/base/text.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

// Opening `path` gives `code`, and a message with the path and `words`; files stay as they were.
void Refused(const ScratchState& scratch, const std::string& path, StatusCode code,
             const std::string& words) {
  const std::vector<std::string> files = scratch.Files();
  std::string before;
  for (const std::string& name : files) before += ReadFile(scratch.folder() + "/" + name);
  const Status status = TryOpen(path);
  INFO(path << ": " << status.message());
  CHECK(status.code() == code);
  CHECK(status.message().substr(0, path.size() + 8) == StrCat("state '", path, "'"));
  CHECK(status.message().find(words) != std::string::npos);
  CHECK(status.message().find('\n') == std::string::npos);
  CHECK(scratch.Files() == files);
  std::string after;
  for (const std::string& name : files) after += ReadFile(scratch.folder() + "/" + name);
  CHECK((before == after));
}

void Poke(const std::string& path, size_t at, const std::string& bytes) {
  std::string content = ReadFile(path);
  REQUIRE(at + bytes.size() <= content.size());
  content.replace(at, bytes.size(), bytes);
  WriteFile(path, content);
}

TEST_CASE("a path that cannot hold a state is refused with the reason") {
  ScratchState scratch;
  Refused(scratch, "", StatusCode::kInvalidArgument, "no file name");
  Refused(scratch, scratch.folder() + "/missing/state.db", StatusCode::kIo,
          StrCat("no directory '", scratch.folder(), "/missing': create it"));
  Refused(scratch, scratch.folder(), StatusCode::kInvalidArgument, "is a directory");
  Refused(scratch, "/dev/null", StatusCode::kInvalidArgument, "not a regular file");
  WriteFile(scratch.folder() + "/file", "x");
  Refused(scratch, scratch.folder() + "/file/state.db", StatusCode::kIo, "Not a directory");
  const std::string fifo = scratch.folder() + "/pipe";
  REQUIRE(mkfifo(fifo.c_str(), 0600) == 0);
  const Status status = TryOpen(fifo);
  CHECK(status.code() == StatusCode::kInvalidArgument);
  unlink(fifo.c_str());
  Refused(scratch, scratch.folder() + "/" + std::string(600, 'n'), StatusCode::kIo,
          "name too long");
  std::vector<std::string> deep = {scratch.folder()};
  for (int i = 0; i < 3; ++i) {
    deep.push_back(deep.back() + "/" + std::string(200, 'd'));
    REQUIRE(mkdir(deep.back().c_str(), 0700) == 0);
  }
  const Status too_long = TryOpen(deep.back() + "/state.db");
  CHECK(too_long.code() == StatusCode::kInvalidArgument);
  CHECK(too_long.message().find("too long a name") != std::string::npos);
  for (size_t i = 3; i > 0; --i) REQUIRE(rmdir(deep[i].c_str()) == 0);
  REQUIRE(symlink("loop", (scratch.folder() + "/loop").c_str()) == 0);
  CHECK(TryOpen(scratch.folder() + "/loop").code() == StatusCode::kIo);
}

TEST_CASE("files and directories that may not be written are refused with the system's reason") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  REQUIRE(chmod(scratch.path().c_str(), 0444) == 0);
  REQUIRE(chmod(scratch.folder().c_str(), 0755) == 0);
  constexpr uid_t kNobody = 65534;
  const auto as_nobody = [&](const std::string& words) {
    return InChild([&] {
      if (getuid() == 0 && setuid(kNobody) != 0) return 2;
      const Status status = TryOpen(scratch.path());
      const bool as_expected =
          status.code() == StatusCode::kIo && status.message().find(words) != std::string::npos;
      return as_expected ? 0 : 1;
    });
  };
  CHECK(as_nobody("cannot be opened for writing: Permission denied") == 0);
  REQUIRE(chmod(scratch.path().c_str(), 0666) == 0);
  REQUIRE(chmod(scratch.folder().c_str(), 0555) == 0);
  CHECK(as_nobody("needs a directory that can be written") == 0);
  REQUIRE(unlink(scratch.path().c_str()) == 0);
  CHECK(as_nobody("needs a directory that can be written") == 0);
  REQUIRE(chmod(scratch.folder().c_str(), 0000) == 0);
  CHECK(as_nobody("Permission denied") == 0);
  REQUIRE(chmod(scratch.folder().c_str(), 0700) == 0);
}

TEST_CASE("a file that is not SQLite's is refused") {
  ScratchState scratch;
  for (const std::string& content :
       {std::string("x"), std::string("#!/bin/sh\necho hello\n"), std::string(10'000, '\0'),
        std::string(8192, 'S'), std::string("SQLite format 3")}) {
    WriteFile(scratch.path(), content);
    Refused(scratch, scratch.path(), StatusCode::kInvalidArgument, "is not a state");
  }
}

TEST_CASE("another application's database is refused, also while its log waits for recovery") {
  ScratchState scratch;
  Sql(scratch.path(), "CREATE TABLE note (text); INSERT INTO note VALUES ('mine')");
  Refused(scratch, scratch.path(), StatusCode::kInvalidArgument, "another application's database");
  REQUIRE(InChild([&] {
            sqlite3* db = nullptr;
            sqlite3_open(scratch.path().c_str(), &db);
            sqlite3_exec(db, "PRAGMA journal_mode=WAL; INSERT INTO note VALUES ('in the log')",
                         nullptr, nullptr, nullptr);
            _exit(0);
            return 0;
          }) == 0);
  REQUIRE(FileSize(scratch.log()) > 0);
  Refused(scratch, scratch.path(), StatusCode::kInvalidArgument, "another application's database");
}

TEST_CASE("a state of a newer format is refused as that") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  Sql(scratch.path(), "PRAGMA user_version = 6");
  Refused(scratch, scratch.path(), StatusCode::kIncompatible, "newer than format 5");
  Sql(scratch.path(), "PRAGMA user_version = 1");
  Refused(scratch, scratch.path(), StatusCode::kIncompatible, "has format 1");
  Sql(scratch.path(), "PRAGMA user_version = 0");
  Refused(scratch, scratch.path(), StatusCode::kCorrupt, "damaged header");
}

TEST_CASE("a state whose header is damaged is refused as damaged") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  Poke(scratch.path(), 3, "x");
  Refused(scratch, scratch.path(), StatusCode::kCorrupt, "damaged at its beginning");
  Poke(scratch.path(), 3, "i");
  Poke(scratch.path(), 16, std::string("\x08\x00", 2));
  Refused(scratch, scratch.path(), StatusCode::kCorrupt, "damaged header");
}

TEST_CASE("a schema that is not ours to the letter is refused") {
  for (const char* change :
       {"CREATE TABLE extra (x)", "CREATE INDEX by_time ON event (time_us)",
        "CREATE TRIGGER t AFTER INSERT ON event BEGIN DELETE FROM header; END", "DROP VIEW events",
        "DROP TABLE event; CREATE TABLE event (seq INTEGER PRIMARY KEY)",
        "ALTER TABLE event ADD COLUMN more TEXT", "ALTER TABLE base_chunk RENAME TO chunk"}) {
    ScratchState scratch;
    MakeClosedState(scratch.path(), 2);
    // Not TryOpen: SQLite removes the empty log that a person's tool may have left.
    Sql(scratch.path(), change);
    const std::string before = ReadFile(scratch.path());
    const Status status = TryOpen(scratch.path());
    INFO(change << ": " << status.message());
    CHECK(status.code() == StatusCode::kCorrupt);
    CHECK(status.message().find("does not have the tables of a state") != std::string::npos);
    CHECK((ReadFile(scratch.path()) == before));
  }
}

TEST_CASE("a schema in which a table is called a view is refused") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  Sql(scratch.path(),
      "PRAGMA writable_schema = ON;"
      "UPDATE sqlite_schema SET type = 'view' WHERE name = 'event'");
  CHECK(TryOpen(scratch.path()).code() == StatusCode::kCorrupt);
}

TEST_CASE("a state that people looked at, vacuumed or checkpointed is still one") {
  ScratchState scratch;
  MakeKilledState(scratch.path(), 40);
  Sql(scratch.path(), "SELECT * FROM events; PRAGMA wal_checkpoint(TRUNCATE)");
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 40);
  Sql(scratch.path(), "VACUUM");
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 40);
}

TEST_CASE("rows of another type or value than ours are damage (Q6)") {
  for (const char* change :
       {"UPDATE event SET kind = 9 WHERE seq = 2", "UPDATE event SET outcome = 0 WHERE seq = 2",
        "UPDATE event SET chunks = -1 WHERE seq = 2", "UPDATE event SET seq = -4 WHERE seq = 1",
        "UPDATE event SET chunks = 4294967296 WHERE seq = 2"}) {
    ScratchState scratch;
    MakeClosedState(scratch.path(), 3);
    Sql(scratch.path(), change);
    auto store = MustOpen(scratch.path());
    const auto last = LastSampleEvent(store.get());
    INFO(change);
    CHECK((!last.ok() || std::string(change).find("seq = -4") != std::string::npos));
  }
  for (const char* change :
       {"UPDATE header SET module_hash = x'00'", "UPDATE header SET format_version = -1",
        "UPDATE header SET sealed_seq = -1", "UPDATE header SET durability = 'maybe'",
        "DELETE FROM header"}) {
    ScratchState scratch;
    MakeClosedState(scratch.path(), 3);
    Sql(scratch.path(), change);
    INFO(change);
    CHECK(MustOpen(scratch.path())->ReadHeader().status().code() == StatusCode::kCorrupt);
  }
}

TEST_CASE("a truncated state is damage, at any length") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 200);
  const std::string whole = ReadFile(scratch.path());
  REQUIRE(whole.size() > 10 * 4096);
  for (size_t size = 1; size < whole.size(); size += 1011) {
    WriteFile(scratch.path(), whole.substr(0, size));
    auto opened = OpenSqliteStore({scratch.path(), Durability::kFull});
    const Result<std::string> dump = opened.ok() ? Dump(opened->get()) : opened.status();
    const Status status = dump.status();
    INFO("size " << size << " of " << whole.size() << ": " << status.message());
    // SQLite takes the rest of a page for zeros. If rows lose their end by it, their hashes say so.
    if (dump.ok() && whole.size() - size < 4096) continue;
    CHECK(status.code() == (size < 100 ? StatusCode::kInvalidArgument : StatusCode::kCorrupt));
  }
}

TEST_CASE("a log whose file is missing or empty is not thrown away") {
  ScratchState scratch;
  MakeKilledState(scratch.path(), 5);
  const std::string main = ReadFile(scratch.path());
  unlink(scratch.path().c_str());
  Refused(scratch, scratch.path(), StatusCode::kCorrupt, "put the file back, or remove the log");
  WriteFile(scratch.path(), "");
  Refused(scratch, scratch.path(), StatusCode::kCorrupt, "put the file back, or remove the log");
  WriteFile(scratch.path(), main);
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 5);
}

TEST_CASE(
    "a file that has its length but none of its first page is a creation to be rolled back (Q3)") {
  ScratchState scratch;
  std::string journal("\xd9\xd5\x05\xf9\x20\xa1\x63\xd7", 8);
  journal += std::string(4 + 4 + 4, '\0') + std::string("\0\0\x02\0\0\0\x10\0", 8);
  journal.resize(512);
  WriteFile(scratch.path(), std::string(20 * 4096, '\0'));
  WriteFile(scratch.path() + "-journal", journal);
  auto store = MustOpen(scratch.path());
  CHECK_FALSE(store->ReadHeader()->has_value());
  REQUIRE(CreateSample(store.get()).ok());
  store.reset();
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 1);
  CHECK_FALSE(Exists(scratch.path() + "-journal"));
}

}  // namespace
}  // namespace perdure::test
