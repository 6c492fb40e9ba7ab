// The log that stays when a state is closed in order: it holds nothing, and saves flushes.
#include <unistd.h>

#include <catch2/catch.hpp>

#include "sqlite/wal_format.h"
#include "tests/unit/sqlite/fault_vfs.h"
#include "tests/unit/sqlite/state_fixture.h"

namespace perdure::test {
namespace {

TEST_CASE("a closed log is short, and the next process goes on in it (Q5)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 400);
  CHECK(FileSize(scratch.log()) == 64 * 1024);
  for (uint64_t seq = 401; seq <= 410; ++seq) {
    auto store = MustOpen(scratch.path());
    CHECK(*LastSampleEvent(store.get()) == seq - 1);
    REQUIRE(AppendSample(store.get(), seq).ok());
    CHECK_FALSE(ReadFile(scratch.log()).starts_with(kClosedLogMark));
    if (seq > 405 && seq % 2 == 0) continue;  // as a killed process leaves it
    if (seq <= 405) CHECK(FileSize(scratch.log()) == 64 * 1024);
    REQUIRE(store->Maintain(SampleHeader(seq), Store::Moment::kClosing).ok());
  }
  auto store = MustOpen(scratch.path());
  CHECK(*LastSampleEvent(store.get()) == 410);
}

TEST_CASE("what a power failure leaves of the first transaction in a closed log is nothing (W4)") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 40);
  const std::string before = ReadFile(scratch.log());
  {
    auto store = MustOpen(scratch.path());
    REQUIRE(AppendSample(store.get(), 41).ok());
    REQUIRE(AppendSample(store.get(), 42).ok());
  }
  const std::string after = ReadFile(scratch.log());
  // The header never got there, and some or all of the frames did.
  for (const size_t frames_end : {size_t{512}, size_t{5000}, after.size()}) {
    std::string torn = before;
    torn.replace(32, frames_end - 32, after, 32, frames_end - 32);
    WriteFile(scratch.log(), torn);
    auto store = MustOpen(scratch.path());
    CHECK(*LastSampleEvent(store.get()) == 40);
    REQUIRE(store->Close().ok());
  }
  WriteFile(scratch.log(), after);
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 42);
}

TEST_CASE("a closed log does not get in the way of another file of that name, or of none") {
  ScratchState scratch, other;
  MakeClosedState(scratch.path(), 40);
  MakeClosedState(other.path(), 7);
  const std::string log = ReadFile(scratch.log());
  WriteFile(scratch.path(), ReadFile(other.path()));
  CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 7);
  for (const size_t wrong : {size_t{0}, size_t{15}, size_t{31}}) {  // and its mark may have rotted
    std::string rotten = log;
    rotten[wrong] = static_cast<char>(rotten[wrong] ^ 4);
    WriteFile(scratch.log(), rotten);
    CHECK(*LastSampleEvent(MustOpen(scratch.path()).get()) == 7);
  }
  WriteFile(scratch.log(), log);
  unlink(scratch.path().c_str());
  auto store = MustOpen(scratch.path());
  CHECK_FALSE(store->ReadHeader()->has_value());
  REQUIRE(CreateSample(store.get()).ok());
  REQUIRE(AppendSample(store.get(), 2).ok());
}

TEST_CASE("the first commit after an orderly end syncs once, and moving the log is no part of it") {
  ScratchState scratch;
  MakeClosedState(scratch.path(), 40);
  FaultVfs counting({.kind = Fault::kFail, .at = INT64_MAX});
  auto store = MustOpen(scratch.path());
  const int64_t before = counting.syncs();
  REQUIRE(AppendSample(store.get(), 41).ok());
  CHECK(counting.syncs() == before + 1);
  REQUIRE(AppendSample(store.get(), 42).ok());
  CHECK(counting.syncs() == before + 2);
}

}  // namespace
}  // namespace perdure::test
