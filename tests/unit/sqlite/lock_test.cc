// One process at a time (S4, Q1).
#include <signal.h>
#include <sqlite3.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <catch2/catch.hpp>

#include "rtlib/base/text.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

// A child that opens the state, tells how that went, and keeps it until told to end or killed.
class Owner {
 public:
  Owner(const std::string& path, bool create) {
    signal(SIGPIPE, SIG_IGN);  // it may be killed before it is told to end
    REQUIRE(pipe(to_child_) == 0);
    REQUIRE(pipe(from_child_) == 0);
    pid_ = Fork();
    if (pid_ != 0) {
      close(to_child_[0]);
      close(from_child_[1]);
      return;
    }
    close(to_child_[1]);
    char word = 0;
    if (read(to_child_[0], &word, 1) != 1) _exit(9);  // the start signal
    auto opened = OpenSqliteStore({path, Durability::kFull});
    if (opened.ok() && create && !(*opened)->ReadHeader()->has_value()) {
      word = CreateSample(opened->get()).ok() ? 'o' : 'e';
    } else {
      word = opened.ok() ? 'o' : opened.status().code() == StatusCode::kLocked ? 'l' : 'e';
    }
    if (write(from_child_[1], &word, 1) != 1) _exit(8);
    _exit(read(to_child_[0], &word, 1) == 1 ? 0 : 7);
  }
  ~Owner() {
    // A word, not the pipe's end: children forked later hold that end as well.
    static_cast<void>(!write(to_child_[1], "q", 1));
    close(to_child_[1]);
    close(from_child_[0]);
    int status = 0;
    waitpid(pid_, &status, 0);
  }
  void Start() { REQUIRE(write(to_child_[1], "s", 1) == 1); }
  // 'o' it owns the state, 'l' locked, 'e' another error.
  char Answer() {
    char word = 0;
    REQUIRE(read(from_child_[0], &word, 1) == 1);
    return word;
  }
  pid_t pid() const { return pid_; }

 private:
  pid_t pid_ = -1;
  int to_child_[2];
  int from_child_[2];
};

TEST_CASE("a second process is refused with the owner's pid (S4)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  Owner owner(scratch.path(), false);
  owner.Start();
  REQUIRE(owner.Answer() == 'o');
  const Status status = TryOpen(scratch.path());
  CHECK(status.code() == StatusCode::kLocked);
  CHECK(status.message().find(StrCat("process ", owner.pid(), ":")) != std::string::npos);
  CHECK(status.message().find(scratch.path()) != std::string::npos);
  kill(owner.pid(), SIGKILL);
  waitpid(owner.pid(), nullptr, 0);
  CHECK(TryOpen(scratch.path()).ok());
}

TEST_CASE("a state that is being created is owned from the beginning (Q1)") {
  ScratchState scratch;
  auto store = MustOpen(scratch.path());
  const auto other_is_refused = [&] {
    return InChild([&] { return TryOpen(scratch.path()).code() == StatusCode::kLocked ? 0 : 1; }) ==
           0;
  };
  CHECK(other_is_refused());
  REQUIRE(store->Begin().ok());
  CHECK(other_is_refused());
  REQUIRE(store->PutHeader(SampleHeader()).ok());
  REQUIRE(store->Commit().ok());
  CHECK(other_is_refused());
  REQUIRE(AppendSample(store.get(), 1).ok());
  REQUIRE(store->Maintain(SampleHeader(1), Store::Moment::kClosing).ok());
  CHECK(other_is_refused());
  REQUIRE(store->Close().ok());
  CHECK_FALSE(other_is_refused());
}

TEST_CASE("of processes that start together exactly one gets the state, new or not") {
  for (int round = 0; round < 60; ++round) {
    ScratchState scratch;
    if (round % 2 == 0) MakeClosedState(scratch.path(), 1);
    std::vector<std::unique_ptr<Owner>> owners;
    for (int i = 0; i < 4; ++i) owners.push_back(std::make_unique<Owner>(scratch.path(), true));
    for (auto& owner : owners) owner->Start();
    std::string answers;
    for (auto& owner : owners) answers += owner->Answer();
    std::sort(answers.begin(), answers.end());
    CHECK(answers == "lllo");
  }
}

TEST_CASE("a second store of the same process is refused, and its attempt frees nothing (Q1)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  auto store = MustOpen(scratch.path());
  REQUIRE(AppendSample(store.get(), 3).ok());
  REQUIRE(symlink("state.db", (scratch.folder() + "/alias.db").c_str()) == 0);
  for (const std::string& path : {scratch.path(), scratch.folder() + "/alias.db"}) {
    const Status status = TryOpen(path);
    CHECK(status.code() == StatusCode::kLocked);
    CHECK(status.message().find(StrCat("this process (", getpid(), ")")) != std::string::npos);
  }
  // The refused attempts must not have dropped the lock of the first store.
  CHECK(InChild([&] { return TryOpen(scratch.path()).code() == StatusCode::kLocked ? 0 : 1; }) ==
        0);
  CHECK(AppendSample(store.get(), 4).ok());
}

TEST_CASE("other SQLite tools are kept out, and keep the state from being opened while they read") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  const auto select = [&](sqlite3* db) {
    return sqlite3_exec(db, "SELECT count(*) FROM event", nullptr, nullptr, nullptr);
  };
  {
    auto store = MustOpen(scratch.path());
    CHECK(InChild([&] {
            sqlite3* db = nullptr;
            sqlite3_open(scratch.path().c_str(), &db);
            return select(db) == SQLITE_BUSY ? 0 : 1;
          }) == 0);
  }
  int ready[2];
  int done[2];
  REQUIRE(pipe(ready) == 0);
  REQUIRE(pipe(done) == 0);
  const pid_t reader = Fork();
  if (reader == 0) {
    close(done[1]);
    sqlite3* db = nullptr;
    sqlite3_open(scratch.path().c_str(), &db);
    char word = select(db) == SQLITE_OK ? 'y' : 'n';
    if (write(ready[1], &word, 1) != 1) _exit(1);
    _exit(static_cast<int>(read(done[0], &word, 1)));
  }
  char word = 0;
  REQUIRE(read(ready[0], &word, 1) == 1);
  CHECK(word == 'y');
  const Status status = TryOpen(scratch.path());
  CHECK(status.code() == StatusCode::kLocked);
  CHECK(status.message().find(StrCat("process ", reader)) != std::string::npos);
  close(done[1]);
  waitpid(reader, nullptr, 0);
  for (int fd : {ready[0], ready[1], done[0]}) close(fd);
  CHECK(TryOpen(scratch.path()).ok());
}

TEST_CASE("somebody who reads for a moment does not keep a state from being opened") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 2);
  int ready[2];
  REQUIRE(pipe(ready) == 0);
  const pid_t reader = Fork();
  if (reader == 0) {
    sqlite3* db = nullptr;
    sqlite3_open(scratch.path().c_str(), &db);
    sqlite3_exec(db, "SELECT count(*) FROM event", nullptr, nullptr, nullptr);
    if (write(ready[1], "r", 1) != 1) _exit(1);
    usleep(20'000);
    _exit(0);
  }
  char word = 0;
  REQUIRE(read(ready[0], &word, 1) == 1);
  CHECK(TryOpen(scratch.path()).ok());
  waitpid(reader, nullptr, 0);
  close(ready[0]);
  close(ready[1]);
}

TEST_CASE("a file that its last owner removed is not opened in place of its successor") {
  // One process creates and gives up (removing its empty file) again and again, another wants to
  // keep one.
  ScratchState scratch;
  const auto start_flapper = [&] {
    const pid_t child = Fork();
    if (child == 0) {
      for (;;) static_cast<void>(TryOpen(scratch.path()));
    }
    return child;
  };
  pid_t flapper = start_flapper();
  for (int kept = 0; kept < 30;) {
    auto opened = OpenSqliteStore({scratch.path(), Durability::kFull});
    if (!opened.ok()) {
      CAPTURE(opened.status().message());
      CHECK(opened.status().code() == StatusCode::kLocked);
      continue;
    }
    ++kept;
    REQUIRE(CreateSample(opened->get()).ok());
    REQUIRE((*opened)->Close().ok());
    REQUIRE(Exists(scratch.path()));
    const std::string bytes = ReadFile(scratch.path());
    CHECK(bytes.substr(0, 15) == "SQLite format 3");
    // Begin again without a file, and not by taking one away that somebody owns.
    kill(flapper, SIGKILL);
    REQUIRE(waitpid(flapper, nullptr, 0) == flapper);
    for (const std::string& name : scratch.Files()) unlink((scratch.folder() + "/" + name).c_str());
    flapper = start_flapper();
  }
  kill(flapper, SIGKILL);
  waitpid(flapper, nullptr, 0);
}

}  // namespace
}  // namespace perdure::test
