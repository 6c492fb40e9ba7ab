// Torn logs must open, damaged ones must not (W1..W5 and the rule in sqlite/wal_inspection.cc).
#include "sqlite/wal_inspection.h"

#include <sqlite3.h>

#include <algorithm>
#include <catch2/catch.hpp>
#include <cstring>
#include <random>

#include "rtlib/base/text.h"
#include "sqlite/wal_format.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

constexpr size_t kFrame = kWalFrameBytes;
constexpr size_t kHeader = kWalHeaderBytes;

// A log made by SQLite itself, as it was after each of its transactions.
struct Log {
  std::vector<std::string> after;  // [i]: the file after transaction i; [0]: before the first
  std::vector<size_t> end;         // [i]: where transaction i ends; end[0] is the header's end
  const std::string& whole() const { return after.back(); }
};

void Run(sqlite3* db, const std::string& sql) {
  REQUIRE(sqlite3_exec(db, sql.c_str(), nullptr, nullptr, nullptr) == SQLITE_OK);
}

// Transactions of one to three frames. `old_frames`: over the frames of an earlier generation.
// Frame `not_last`, if any, does not end a transaction.
Log MakeLog(int transactions, bool old_frames, int not_last = 0) {
  ScratchState scratch;
  sqlite3* db = nullptr;
  REQUIRE(sqlite3_open(scratch.path().c_str(), &db) == SQLITE_OK);
  Run(db,
      "PRAGMA page_size=4096; PRAGMA locking_mode=EXCLUSIVE; CREATE TABLE a(id INTEGER PRIMARY"
      " KEY, x); CREATE TABLE b(x); CREATE TABLE c(x); PRAGMA journal_mode=WAL;"
      " PRAGMA wal_autocheckpoint=0");
  if (old_frames) {
    for (int i = 0; i < transactions * 3; ++i) {
      Run(db, StrCat("BEGIN; INSERT INTO b VALUES (", i, "); INSERT INTO c VALUES (1); COMMIT"));
    }
    Run(db, "PRAGMA wal_checkpoint(PASSIVE)");
  }
  Log log;
  log.after.push_back(ReadFile(scratch.log()));
  log.end.push_back(kHeader);
  int frames = 0;
  for (int i = 1; i <= transactions; ++i) {
    Run(db, StrCat("BEGIN; INSERT INTO a VALUES (", i, ", 'a');"));
    const bool is_near = frames < not_last && frames >= not_last - 3;
    const bool is_wide = is_near ? frames > not_last - 3 : i % 4 == 3;
    if (!is_near && i % 3 == 2) Run(db, "INSERT INTO b VALUES (1)");
    if (is_wide) Run(db, "INSERT INTO b VALUES (2); INSERT INTO c VALUES (3)");
    sqlite3_wal_hook(
        db,
        [](void* out, sqlite3*, const char*, int n) {
          return *static_cast<int*>(out) = n, SQLITE_OK;
        },
        &frames);
    Run(db, "COMMIT");
    log.after.push_back(ReadFile(scratch.log()));
    log.end.push_back(kHeader + static_cast<size_t>(frames) * kFrame);
  }
  sqlite3_close(db);
  return log;
}

class LogFile {
 public:
  WalFinding Inspect(const std::string& bytes) {
    WriteFile(scratch_.log(), bytes);
    auto finding = InspectWal(scratch_.log());
    REQUIRE(finding.ok());
    return *finding;
  }

 private:
  ScratchState scratch_;
};

TEST_CASE("whole logs, cut logs and no log are no damage") {
  LogFile file;
  for (bool old_frames : {false, true}) {
    const Log log = MakeLog(10, old_frames);
    for (size_t i = 0; i < log.after.size(); ++i) {
      const WalFinding finding = file.Inspect(log.after[i]);
      CHECK(finding.damage == WalDamage::kNone);
      if (i == 0) continue;
      CHECK(finding.valid_bytes == log.end[i]);
      CHECK(finding.valid_frames == (log.end[i] - kHeader) / kFrame);
    }
    for (size_t size = 0; size < log.end.back(); size += 37) {
      const WalFinding finding = file.Inspect(log.whole().substr(0, size));
      CHECK(finding.damage == WalDamage::kNone);
      const auto end = std::upper_bound(log.end.begin(), log.end.end(), size);
      CHECK(finding.valid_bytes == (end == log.end.begin() ? 0 : *(end - 1)));
    }
    CHECK(file.Inspect(log.whole() + std::string(100'000, '\0')).damage == WalDamage::kNone);
  }
  CHECK(InspectWal("/nonexistent/log")->damage == WalDamage::kNone);
  CHECK(InspectWal("/tmp").status().code() == StatusCode::kIo);
}

TEST_CASE("a torn last transaction is never taken for damage (W1..W5)") {
  LogFile file;
  std::mt19937 random(1);
  for (bool old_frames : {false, true}) {
    // Long enough for frame headers that a sector's end divides, at frame 42.
    const Log log = MakeLog(30, old_frames);
    REQUIRE(log.end.back() > kHeader + 45 * kFrame);
    for (size_t i = 2; i < log.after.size(); ++i) {
      for (int round = 0; round < 15; ++round) {
        const std::string& before = log.after[i - 1];
        std::string bytes = log.after[i];
        for (size_t at = 0; at < bytes.size(); at += 512) {
          if (random() % 2 == 0) continue;
          const size_t size = std::min<size_t>(512, bytes.size() - at);
          for (size_t k = at; k < at + size; ++k) bytes[k] = k < before.size() ? before[k] : '\0';
        }
        if (random() % 4 == 0) bytes.resize(std::max(before.size(), random() % bytes.size()));
        INFO("transaction " << i << ", round " << round);
        CHECK(file.Inspect(bytes).damage == WalDamage::kNone);
      }
    }
  }
}

TEST_CASE(
    "an old commit mark before new salts, in a header that a sector's end divides, proves "
    "nothing") {
  LogFile file;
  // Frame 42 is the first whose header is divided so; it must be in the middle of its transaction.
  const size_t divided = kHeader + 41 * kFrame;
  REQUIRE((divided + 8) % 512 == 0);
  const Log log = MakeLog(30, true, 42);
  const auto last = std::upper_bound(log.end.begin(), log.end.end(), divided) - log.end.begin();
  const size_t i = static_cast<size_t>(last);
  REQUIRE(log.end[i - 1] <= divided);
  REQUIRE(log.end[i] > divided + kFrame);
  std::string bytes = log.after[i];
  const std::string& before = log.after[i - 1];
  REQUIRE(before.substr(divided + 4, 4) != std::string(4, '\0'));
  bytes.replace(0, divided + 8, before, 0, divided + 8);
  CHECK(file.Inspect(bytes).damage == WalDamage::kNone);
}

TEST_CASE("a changed byte before the last transaction is found, wherever it is") {
  LogFile file;
  for (bool old_frames : {false, true}) {
    const Log log = MakeLog(9, old_frames);
    const size_t last_begin = log.end[log.end.size() - 2];
    for (size_t at = kHeader; at < last_begin; ++at) {
      const size_t in_frame = (at - kHeader) % kFrame;
      if (in_frame >= 32 && in_frame % 61 != 0) continue;
      const uint8_t original = static_cast<uint8_t>(log.whole()[at]);
      for (uint8_t flip : {uint8_t{1}, uint8_t{0x80}, uint8_t{0xff}, original}) {
        if (flip == 0) continue;
        std::string bytes = log.whole();
        bytes[at] = static_cast<char>(original ^ flip);
        INFO("byte " << at << ", " << in_frame << " of its frame, flip " << int{flip});
        const WalFinding finding = file.Inspect(bytes);
        CHECK(finding.damage == WalDamage::kMiddle);
        CHECK(finding.offset == at - in_frame);
      }
    }
  }
}

TEST_CASE("changed salts and a changed page in one frame before the last transaction are found") {
  LogFile file;
  const Log log = MakeLog(9, true);
  for (size_t at = kHeader; at < log.end[log.end.size() - 2]; at += kFrame) {
    std::string bytes = log.whole();
    for (size_t in_frame : {size_t{9}, size_t{2000}}) {
      bytes[at + in_frame] = static_cast<char>(bytes[at + in_frame] ^ 4);
    }
    INFO("frame at " << at);
    CHECK(file.Inspect(bytes).damage == WalDamage::kMiddle);
  }
}

TEST_CASE("a wiped sector before the last transaction is found") {
  LogFile file;
  const Log log = MakeLog(9, true);
  const size_t last_begin = log.end[log.end.size() - 2];
  for (size_t at = 512; at + 512 <= last_begin; at += 512) {
    // A mark that vanished with its frame's header, in the last transaction but one, is not to be
    // seen.
    const bool hides_mark = at + 512 > log.end[log.end.size() - 3];
    std::string bytes = log.whole();
    std::memset(&bytes[at], 0, 512);
    if (bytes == log.whole()) continue;
    INFO("sector at " << at);
    if (!hides_mark) CHECK(file.Inspect(bytes).damage == WalDamage::kMiddle);
  }
}

TEST_CASE("a changed byte in the header of a log with frames is found (W4)") {
  LogFile file;
  const Log log = MakeLog(2, false);
  for (size_t at = 0; at < kHeader; ++at) {
    std::string bytes = log.whole();
    bytes[at] = static_cast<char>(bytes[at] ^ 0x10);
    CHECK(file.Inspect(bytes).damage == WalDamage::kHeader);
    bytes.resize(kHeader);
    CHECK(file.Inspect(bytes).damage == WalDamage::kNone);
  }
  // A new log whose header never reached the disk.
  CHECK(file.Inspect(std::string(10'000, '\0')).damage == WalDamage::kNone);
}

TEST_CASE("a log of a big-endian machine is read as well") {
  // Frame and header checksums over big-endian words, computed as the format page says.
  const auto big = [](std::string* out, uint32_t v) {
    for (int shift = 24; shift >= 0; shift -= 8) out->push_back(static_cast<char>(v >> shift));
  };
  const auto sum = [](uint32_t* s, const std::string& bytes) {
    for (size_t i = 0; i < bytes.size(); i += 8) {
      uint32_t x[2] = {0, 0};
      for (size_t k = 0; k < 8; ++k) x[k / 4] = x[k / 4] << 8 | static_cast<uint8_t>(bytes[i + k]);
      s[0] += x[0] + s[1];
      s[1] += x[1] + s[0];
    }
  };
  uint32_t s[2] = {0, 0};
  std::string log;
  for (uint32_t word : {0x377f0683u, 3007000u, 4096u, 0u, 11u, 22u}) big(&log, word);
  sum(s, log);
  big(&log, s[0]);
  big(&log, s[1]);
  for (uint32_t page = 1; page <= 4; ++page) {
    std::string head;
    big(&head, page);
    big(&head, 4);
    const std::string data(4096, static_cast<char>(page));
    sum(s, head);
    sum(s, data);
    for (uint32_t word : {11u, 22u, s[0], s[1]}) big(&head, word);
    log += head + data;
  }
  LogFile file;
  CHECK(file.Inspect(log).damage == WalDamage::kNone);
  log[kHeader + kFrame + 100] ^= 1;
  CHECK(file.Inspect(log).damage == WalDamage::kMiddle);
}

TEST_CASE("a store refuses a damaged log and leaves both files as they are (Q2)") {
  ScratchState scratch;
  MakeKilledState(scratch.path(), 8);
  const std::string main = ReadFile(scratch.path());
  const std::string log = ReadFile(scratch.log());
  for (size_t at : {size_t{3}, kHeader + 1000, kHeader + 3 * kFrame + 6}) {
    std::string bytes = log;
    bytes[at] = static_cast<char>(bytes[at] ^ 0x40);
    WriteFile(scratch.log(), bytes);
    const Status status = TryOpen(scratch.path());
    CHECK(status.code() == StatusCode::kCorrupt);
    CHECK(status.message().find(scratch.log()) != std::string::npos);
    CHECK(FileSize(scratch.log()) == bytes.size());
    CHECK((ReadFile(scratch.path()) == main));
    CHECK((ReadFile(scratch.log()) == bytes));
  }
  WriteFile(scratch.log(), log);
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 8);
}

TEST_CASE("of a log with any byte changed a store loses the last transaction at most, or refuses") {
  ScratchState scratch;
  MakeKilledState(scratch.path(), 6);
  const std::string main = ReadFile(scratch.path());
  const std::string log = ReadFile(scratch.log());
  const size_t last_begin = kHeader + 4 * kFrame;  // events 2..6, a frame each
  REQUIRE(log.size() == last_begin + kFrame);
  for (size_t at = 0; at < log.size(); at += at % kFrame < 80 ? 1 : 211) {
    std::string bytes = log;
    bytes[at] = static_cast<char>(bytes[at] ^ 1 << at % 8);
    WriteFile(scratch.path(), main);
    WriteFile(scratch.log(), bytes);
    auto opened = OpenSqliteStore({scratch.path(), Durability::kFull});
    INFO("byte " << at);
    if (!opened.ok()) {
      CHECK(opened.status().code() == StatusCode::kCorrupt);
      continue;
    }
    CHECK(at >= last_begin);
    CHECK(*LastSampleEvent(opened->get()) >= 5);
  }
}

TEST_CASE("a hole in a log written with less durability is a power cut, not damage (W2)") {
  for (Durability durability : {Durability::kNormal, Durability::kOff}) {
    ScratchState scratch;
    MakeKilledState(scratch.path(), 8, durability);
    std::string log = ReadFile(scratch.log());
    std::memset(&log[kHeader + 2 * kFrame], 0, 512);
    WriteFile(scratch.log(), log);
    CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 3);
  }
}

}  // namespace
}  // namespace perdure::test
