// Group commit: several events in one transaction.
#include <catch2/catch.hpp>

#include <thread>

#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;
using test::State;

TEST_CASE("(E1) a group commits when it is full, and is lost whole when killed before") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 3};
  session.Start();
  const State initial = session.Look();
  CHECK_FALSE(session.instance().HasUncommittedEvents());
  CHECK(session.Do("set_i32", {I32(1)}).seq == 2);
  CHECK(session.Do("set_i32", {I32(2)}).seq == 3);
  CHECK(session.instance().HasUncommittedEvents());
  CHECK(session.disk().rows.events.size() == 1);
  session.Kill();
  session.Start();
  const bool same = session.Look() == initial;
  CHECK(same);

  for (uint32_t i = 1; i <= 3; ++i) session.Do("set_i32", {I32(i)});
  CHECK_FALSE(session.instance().HasUncommittedEvents());
  CHECK(session.disk().commits == 2);
  session.Kill();
  session.Start();
  CHECK(session.config.live->i32 == 3);
}

TEST_CASE("(E2) effects of a group come out after its commit, in order") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 100};
  session.Start();
  CHECK(session.output() == "started\n");
  session.Do("say", {I32(1), I32(1)});
  session.Do("grow_then_trap", {});
  session.Do("say", {I32(1), I32(2)});
  CHECK(session.output() == "started\n");
  REQUIRE(session.Flush().ok());
  CHECK(session.output() == "started\nbcc");
  CHECK_FALSE(session.instance().HasUncommittedEvents());
  CHECK(session.Flush().ok());
  CHECK(session.disk().commits == 2);
}

TEST_CASE("(E2) a sink gets the effects of each event with its number, after the commit") {
  struct Sink final : EffectSink {
    void Release(uint64_t seq, int fd, std::string_view bytes) override {
      heard += std::to_string(seq) + ":" + std::to_string(fd) + ":" + std::string(bytes) + " ";
    }
    std::string heard;
  };
  Sink sink;
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 5};
  session.options.effects = &sink;
  session.Start();
  CHECK(sink.heard == "1:1:started\n ");
  sink.heard.clear();
  session.Do("say", {I32(1), I32(1)});
  session.Do("set_i32", {I32(1)});
  session.Do("grow_then_trap", {});
  session.Do("nop", {});
  session.Do("say", {I32(2), I32(2)});
  CHECK(sink.heard.empty());
  session.Do("say", {I32(1), I32(3)});
  CHECK(sink.heard == "2:1:b 5:2:cc 6:1:ddd ");
  CHECK(session.output().empty());

  session.Do("say", {I32(1), I32(1)});
  session.disk().fail_at = session.disk().operations + 1;
  CHECK_FALSE(session.Flush().ok());
  CHECK(sink.heard == "2:1:b 5:2:cc 6:1:ddd ");
}

TEST_CASE("unchanged events do not open a group") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 2};
  session.Start();
  session.Do("nop", {});
  session.Do("nop", {});
  CHECK_FALSE(session.instance().HasUncommittedEvents());
}

TEST_CASE("an interval's group ends with the first event after it") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kInterval, 3600 * 1000};
  session.Start();
  session.Do("set_i32", {I32(1)});
  CHECK(session.instance().HasUncommittedEvents());
  session.Close();
  session.options.commit.value = 0;
  session.Start();
  CHECK(session.config.live->i32 == 1);
  session.Do("set_i32", {I32(2)});
  CHECK_FALSE(session.instance().HasUncommittedEvents());
}

TEST_CASE("closing commits the group that is open") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 100};
  session.Start();
  session.Do("scatter", {I64(5), I32(50)});
  session.Do("set_i32", {I32(9)});
  const State before = session.Look();
  session.Close();
  session.Start();
  const bool same = session.Look() == before;
  CHECK(same);
}

TEST_CASE("(E9) a group whose commit fails is lost whole and the instance stops") {
  Session session;
  session.options.commit = {CommitPolicy::Kind::kEvery, 100};
  session.Start();
  session.Do("set_i32", {I32(50)});
  REQUIRE(session.Flush().ok());
  session.Do("set_i32", {I32(51)});
  session.Do("say", {I32(1), I32(1)});
  session.disk().fail_at = session.disk().operations + 1;
  CHECK(session.Flush().code() == StatusCode::kIo);
  CHECK(session.output() == "started\n");
  CHECK_FALSE(session.instance().HasUncommittedEvents());
  CHECK(session.instance().info().last_seq == 2);
  CHECK(session.Try("nop", {}).status().code() == StatusCode::kFailedPrecondition);
  CHECK(session.Flush().code() == StatusCode::kFailedPrecondition);
  session.disk().fail_at = 0;
  session.Kill();
  session.Start();
  CHECK(session.config.live->i32 == 50);
}

}  // namespace
}  // namespace perdure
