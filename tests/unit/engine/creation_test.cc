// (E11): how a state comes into being, and which states a program refuses to open.
#include <catch2/catch.hpp>

#include <cstring>

#include "rtlib/engine/record_hash.h"
#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::SampleConfig;
using test::Session;
using test::State;

TEST_CASE("(E11) a new state is one transaction: base at event 0 and the start event") {
  Session session;
  session.Start();
  CHECK(session.disk().commits == 1);
  const MemoryRows& rows = session.disk().rows;
  REQUIRE(rows.header.has_value());
  CHECK(rows.header->base.seq == 0);
  CHECK(rows.header->sealed_seq == 1);
  CHECK(rows.header->base.chunks == 1);
  CHECK(rows.chunks.size() == 1);
  CHECK(rows.sections.size() == 7);
  REQUIRE(rows.events.size() == 1);
  CHECK(rows.events.at(1).kind == EventKind::kStart);
  CHECK(rows.events.at(1).input == "start");
  CHECK_FALSE(rows.events.at(1).delta.empty());
  CHECK(session.config.live->i32 == 5);
  CHECK(session.config.live->i64 == uint64_t{1} << 40);
  CHECK(session.output() == "started\n");
}

TEST_CASE("(E11) a start event that does not return leaves no state and sends nothing") {
  for (const int what : {0, 1, 2}) {
    Session session;
    if (what == 0) session.config.start = SampleConfig::Start::kTraps;
    if (what == 1) session.config.start = SampleConfig::Start::kExits;
    if (what == 2) session.config.initialize = SampleConfig::Initialize::kTraps;
    const Status opened = session.Open();
    CHECK(opened.code() == StatusCode::kFailedPrecondition);
    INFO(opened.message());
    const char* expected[] = {"trapped: ", "exited with status 3", "trapped: no luck"};
    CHECK(opened.message().find(expected[what]) != std::string_view::npos);
    CHECK_FALSE(session.disk().rows.header.has_value());
    CHECK(session.disk().rows.chunks.empty());
    CHECK(session.disk().rows.events.empty());
    CHECK_FALSE(session.disk().in_use);
    CHECK(session.output().empty());
    session.config.start = SampleConfig::Start::kReturns;
    session.config.initialize = SampleConfig::Initialize::kReturns;
    session.Start();
  }
}

TEST_CASE("(E11) beginning again forgets everything, unless the new start traps") {
  Session session;
  session.Start();
  const State initial = session.Look();
  session.Do("scatter", {test::I64(1), I32(300)});
  session.Do("set_i32", {I32(99)});
  session.Close();
  session.options.fresh = true;
  session.config.start = SampleConfig::Start::kTraps;
  CHECK(session.Open().code() == StatusCode::kFailedPrecondition);
  session.options.fresh = false;
  session.config.start = SampleConfig::Start::kReturns;
  session.Start();
  CHECK(session.config.live->i32 == 99);
  session.Close();
  session.options.fresh = true;
  session.Start();
  const bool same = session.Look() == initial;
  CHECK(same);
  CHECK(session.disk().rows.events.size() == 1);
  session.Kill();
  session.options.fresh = false;
  session.Start();
  const bool same_restored = session.Look() == initial;
  CHECK(same_restored);
}

TEST_CASE("a state of another module or another format is refused with the way out") {
  Session session;
  session.Start();
  session.Close();
  const StateHeader good = *session.disk().rows.header;
  StateHeader& header = *session.disk().rows.header;
  header.module_hash[3] ^= 1;
  header.hash = HeaderHash(header);
  Status opened = session.Open();
  CHECK(opened.code() == StatusCode::kIncompatible);
  CHECK(opened.message().find("another module") != std::string_view::npos);
  header = good;
  header.format_version = 99;
  header.hash = HeaderHash(header);
  opened = session.Open();
  CHECK(opened.code() == StatusCode::kIncompatible);
  CHECK(opened.message().find("format version 99") != std::string_view::npos);
  header = good;
  session.Start();
}

TEST_CASE("a program compiled for another runtime is refused") {
  Session session;
  perdure_program other = test::kSampleProgram;
  other.abi = PERDURE_PROGRAM_ABI + 1;
  const auto opened = Instance::Open(other, session.options, OpenMemoryStore);
  CHECK(opened.status().code() == StatusCode::kIncompatible);
  CHECK_FALSE(session.disk().rows.header.has_value());
}

TEST_CASE("a state in use is locked, and free again when its instance is gone") {
  Session session;
  session.Start();
  auto second = Instance::Open(test::kSampleProgram, session.options, OpenMemoryStore);
  CHECK(second.status().code() == StatusCode::kLocked);
  CHECK(second.status().message().find(session.options.state_path) != std::string_view::npos);
  session.Close();
  session.Start();
}

TEST_CASE("two instances of one program live side by side") {
  Session first, second;
  first.Start();
  second.Start();
  first.Do("set_i32", {I32(1)});
  second.Do("set_i32", {I32(2)});
  CHECK(first.config.live->i32 == 1);
  CHECK(second.config.live->i32 == 2);
}

}  // namespace
}  // namespace perdure
