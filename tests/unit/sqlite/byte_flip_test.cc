// Every byte of a small state may have changed: no crash, no hang, and what is read is either the
// same, visibly different (the engine's hashes then tell), or refused.
#include <catch2/catch.hpp>
#include <random>

#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

struct Tally {
  int same = 0, different = 0, refused = 0;
};

void TryState(const std::string& path, const std::string& original, Tally* tally) {
  auto opened = OpenSqliteStore({path, Durability::kFull});
  const Result<std::string> dump =
      opened.ok() ? Dump(opened->get()) : Result<std::string>(opened.status());
  if (!dump.ok()) {
    const StatusCode code = dump.status().code();
    INFO(dump.status().message());
    CHECK((code == StatusCode::kCorrupt || code == StatusCode::kInvalidArgument ||
           code == StatusCode::kIncompatible || code == StatusCode::kResourceExhausted));
    CHECK(dump.status().message().find(path) != std::string::npos);
    ++tally->refused;
  } else {
    ++(*dump == original ? tally->same : tally->different);
  }
  if (!opened.ok()) return;
  // Writing to it must be safe as well, whatever comes of it.
  Status status = (*opened)->Begin();
  if (status.ok()) status = (*opened)->PutChunk(Image::kBase, 3, std::string(5000, 'c'));
  if (status.ok()) status = (*opened)->DeleteEventsThrough(2).status();
  if (status.ok()) status = (*opened)->AppendEvent(SampleEvent(1000));
  if (status.ok()) status = (*opened)->Commit();
  if (!status.ok()) (*opened)->Abort();
  status = (*opened)->Maintain(SampleHeader(1000), Store::Moment::kClosing);
}

TEST_CASE("a state with any byte changed is refused, different, or the same (Q6)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 60);
  const std::string whole = ReadFile(scratch.path());
  const std::string original = *Dump(MustOpen(scratch.path()).get());
  Tally tally;
  for (size_t at = 0; at < whole.size(); ++at) {
    // Headers of file and pages in full, cells and free space in samples.
    if (at >= 120 && at % 4096 >= 40 && at % 29 != 0) continue;
    std::string bytes = whole;
    bytes[at] = static_cast<char>(bytes[at] ^ (at % 3 == 0 ? 0xff : 1 << at % 8));
    WriteFile(scratch.path(), bytes);
    WriteFile(scratch.log(), "");
    INFO("byte " << at);
    TryState(scratch.path(), original, &tally);
  }
  CHECK(tally.refused > 300);
  CHECK(tally.different > 100);
  CHECK(tally.same > 0);
}

TEST_CASE("a state whose file header changed while its log was to be recovered loses no event") {
  ScratchState scratch;
  MakeKilledState(scratch.path(), 20);
  const std::string whole = ReadFile(scratch.path());
  const std::string log = ReadFile(scratch.log());
  int refused = 0;
  for (size_t at = 0; at < 100; ++at) {
    for (int flip : {1 << at % 8, 0xff}) {
      std::string bytes = whole;
      bytes[at] = static_cast<char>(bytes[at] ^ flip);
      WriteFile(scratch.path(), bytes);
      WriteFile(scratch.log(), log);
      auto opened = OpenSqliteStore({scratch.path(), Durability::kFull});
      INFO("byte " << at << ", flip " << flip);
      if (!opened.ok()) {
        ++refused;
        CHECK((ReadFile(scratch.log()) == log));
        continue;
      }
      const auto last = LastSampleEvent(opened->get());
      if (last.ok()) CHECK(*last == 20);
    }
  }
  CHECK(refused > 40);
}

TEST_CASE(
    "a state with pages exchanged, repeated or replaced by noise does not harm its reader (Q6)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 400);
  const std::string whole = ReadFile(scratch.path());
  const std::string original = *Dump(MustOpen(scratch.path()).get());
  const size_t pages = whole.size() / 4096;
  std::mt19937 random(7);
  Tally tally;
  for (int round = 0; round < 400; ++round) {
    std::string bytes = whole;
    const size_t to = 1 + random() % (pages - 1);
    const size_t from = 1 + random() % (pages - 1);
    if (round % 4 == 0) {
      for (size_t i = 0; i < 4096; ++i) bytes[to * 4096 + i] = static_cast<char>(random());
    } else if (round % 4 == 1) {
      // Only the pointers of a page: cell offsets, and the child on the right.
      for (size_t i = 8; i < 40; ++i) bytes[to * 4096 + i] = static_cast<char>(random());
    } else {
      bytes.replace(to * 4096, 4096, whole, from * 4096, 4096);
      if (round % 4 == 3) bytes.replace(from * 4096, 4096, whole, to * 4096, 4096);
    }
    WriteFile(scratch.path(), bytes);
    WriteFile(scratch.log(), "");
    INFO("round " << round);
    TryState(scratch.path(), original, &tally);
  }
  CHECK(tally.refused > 100);
}

}  // namespace
}  // namespace perdure::test
