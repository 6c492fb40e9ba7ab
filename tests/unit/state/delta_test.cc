#include <catch2/catch.hpp>

#include <cstring>
#include <map>
#include <random>

#include "rtlib/base/compress.h"
#include "rtlib/state/delta_reader.h"
#include "rtlib/state/delta_writer.h"
#include "tests/unit/state/delta_state.h"
#include "tests/unit/state/golden.h"

namespace perdure {
namespace {

using test::kShapeProgram;
using State = test::DeltaState;

std::string SampleDelta() {
  DeltaWriter writer;
  writer.MemorySize(0, 2);
  writer.MemorySize(1, 1);
  writer.MemoryRun(0, 0, 1, reinterpret_cast<const uint8_t*>("first  8"));
  writer.MemoryRun(0, 2 * kPageBytes / 8 - 2, 2,
                   reinterpret_cast<const uint8_t*>("last sixteen  16"));
  writer.MemoryRun(1, 300, 1, reinterpret_cast<const uint8_t*>("second 8"));
  PortableValue value;
  value.bytes[0] = 42;
  writer.Global(0, PERDURE_I32, value);
  writer.Global(4, PERDURE_V128, value);
  writer.Global(5, PERDURE_FUNCREF, PortableValue::Reference(2));
  writer.TableSize(0, 5);
  writer.TableRun(0, 0, std::vector<uint32_t>{0, 2});
  writer.TableRun(0, 4, std::vector<uint32_t>{1});
  writer.TableSize(2, 3);
  writer.SegmentToggled(1);
  writer.HostTable("host bytes");
  std::string delta;
  REQUIRE(writer.Finish(&delta));
  return delta;
}

TEST_CASE("a delta with every part applies as it was written") {
  State state;
  REQUIRE(state.Apply(SampleDelta()).ok());
  CHECK(state.small.memory_pages == std::vector<uint64_t>{2, 1});
  CHECK(state.memory.memories[0].substr(0, 9) == std::string("first  8\0", 9));
  CHECK(state.memory.memories[0].substr(2 * kPageBytes - 16) == "last sixteen  16");
  CHECK(state.memory.memories[1].substr(2400, 8) == "second 8");
  CHECK(state.small.globals[0].bytes[0] == 42);
  CHECK(state.small.globals[4].bytes[0] == 42);
  CHECK(state.small.globals[5].reference() == 2);
  CHECK(state.small.tables[0] == std::vector<uint32_t>{0, 2, kNullRef, kNullRef, 1});
  CHECK(state.small.tables[2] == std::vector<uint32_t>(3, kNullRef));
  CHECK(state.small.dropped == std::vector<uint8_t>{0, 1});
  CHECK(state.small.host_table == "host bytes");
}

TEST_CASE("sizes go down and dropped segments come back, as where a new run begins") {
  State state;
  REQUIRE(state.Apply(SampleDelta()).ok());
  DeltaWriter writer;
  writer.MemorySize(0, 1);
  writer.MemorySize(1, 0);
  writer.TableSize(0, 2);
  writer.SegmentToggled(1);
  std::string delta;
  REQUIRE(writer.Finish(&delta));
  REQUIRE(state.Apply(delta).ok());
  CHECK(state.small.memory_pages == std::vector<uint64_t>{1, 0});
  CHECK(state.memory.memories[0].size() == kPageBytes);
  CHECK(state.small.tables[0] == std::vector<uint32_t>{0, 2});
  CHECK(state.small.dropped == std::vector<uint8_t>{0, 0});
}

TEST_CASE("of a stack only what is between the unchanged ends is written") {
  const auto delta_of = [](std::string_view then, std::string_view now) {
    DeltaWriter writer;
    writer.Stack(then, now);
    std::string delta;
    REQUIRE(writer.Finish(&delta));
    return delta;
  };
  const std::string outer(100'000, 'o');
  CHECK(delta_of(outer + "xa.", outer + "bcd.").size() < 20);
  std::mt19937 random(5);
  State state;
  for (int round = 0; round < 2000; ++round) {
    std::string now = state.small.stack.substr(0, random() % (state.small.stack.size() + 1));
    for (auto more = random() % 5; more > 0; --more) {
      now.push_back(static_cast<char>('a' + random() % 2));
    }
    REQUIRE(state.Apply(delta_of(state.small.stack, now)).ok());
    REQUIRE(state.small.stack == now);
  }
}

TEST_CASE("nothing written is the empty delta, and the empty delta changes nothing") {
  DeltaWriter writer;
  std::string delta = "old";
  REQUIRE(writer.Finish(&delta));
  CHECK(delta.empty());
  State state;
  const SmallState before = state.small;
  REQUIRE(state.Apply("").ok());
  CHECK(state.small == before);
}

TEST_CASE("long deltas are compressed, short ones are not") {
  const std::string zeros(8000, '\0');
  DeltaWriter writer;
  writer.MemoryRun(0, 0, 1000, reinterpret_cast<const uint8_t*>(zeros.data()));
  std::string delta;
  REQUIRE(writer.Finish(&delta));
  CHECK(delta.size() < 100);
  CHECK(delta[0] == static_cast<char>(Encoding::kLz4));
  State state;
  CHECK(state.Apply(delta).ok());

  DeltaWriter small;
  small.SegmentToggled(0);
  REQUIRE(small.Finish(&delta));
  CHECK(delta[0] == static_cast<char>(Encoding::kRaw));
}

// Hand-made payloads: a right encoding around changes that the program could not have made.
std::string Raw(const std::string& payload) {
  std::string delta;
  ByteWriter writer(&delta);
  writer.U8(static_cast<uint8_t>(Encoding::kRaw));
  writer.Varint(payload.size());
  return delta + payload;
}

TEST_CASE("changes outside the program's limits are corrupt") {
  const auto code = [](const std::string& payload) { return State().Apply(Raw(payload)).code(); };
  const std::string zero(1, '\0');
  const auto bytes = [](std::initializer_list<int> list) {
    std::string out;
    for (const int byte : list) out.push_back(static_cast<char>(byte));
    return out;
  };
  const std::string word(8, 'w');
  CHECK(code(bytes({1, 1, 2, 0})) == StatusCode::kOk);             // memory 0 to 2 pages
  CHECK(code(bytes({1, 1, 11, 0})) == StatusCode::kCorrupt);       // beyond its maximum
  CHECK(code(bytes({1, 1, 1, 0})) == StatusCode::kCorrupt);        // as before
  CHECK(code(bytes({1, 1, 0, 0})) == StatusCode::kCorrupt);        // below its minimum
  CHECK(code(bytes({1, 3, 1, 0})) == StatusCode::kCorrupt);        // no such memory
  CHECK(code(bytes({1, 2, 1, 1, 2, 0})) == StatusCode::kCorrupt);  // not ascending
  CHECK(code(bytes({2, 1, 1, 0}) + word + bytes({0, 0})) == StatusCode::kOk);
  CHECK(code(bytes({2, 1, 1, 0xff, 0x3f}) + word + bytes({0, 0})) == StatusCode::kOk);  // last word
  CHECK(code(bytes({2, 1, 1, 0x80, 0x40}) + word + bytes({0, 0})) ==
        StatusCode::kCorrupt);                                                      // behind it
  CHECK(code(bytes({2, 1, 2, 0}) + word + bytes({0, 0})) == StatusCode::kCorrupt);  // cut
  CHECK(code(bytes({2, 2, 1, 0}) + word + bytes({0, 0})) == StatusCode::kCorrupt);  // empty memory
  CHECK(code(bytes({2, 1, 1, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 1}) + word) ==
        StatusCode::kCorrupt);
  CHECK(code(bytes({3, 1, 9, 9, 9, 9, 0})) == StatusCode::kOk);
  CHECK(code(bytes({3, 8, 9, 9, 9, 9, 0})) == StatusCode::kCorrupt);  // immutable
  CHECK(code(bytes({3, 9, 0})) == StatusCode::kCorrupt);              // no such global
  CHECK(code(bytes({3, 6, 3, 0})) == StatusCode::kOk);                // function 2
  CHECK(code(bytes({3, 6, 4, 0})) == StatusCode::kCorrupt);           // function 3
  CHECK(code(bytes({3, 7, 1, 0})) == StatusCode::kOk);                // a reference named 0
  CHECK(code(bytes({3, 7, 0xff, 0xff, 0xff, 0xff, 15, 0})) == StatusCode::kOk);
  CHECK(code(bytes({3, 7, 0x80, 0x80, 0x80, 0x80, 16, 0})) == StatusCode::kCorrupt);  // no name
  CHECK(code(bytes({4, 1, 8, 0, 0})) == StatusCode::kOk);
  CHECK(code(bytes({4, 1, 9, 0, 0})) == StatusCode::kCorrupt);              // beyond its maximum
  CHECK(code(bytes({4, 1, 1, 0, 0})) == StatusCode::kCorrupt);              // below its minimum
  CHECK(code(bytes({4, 2, 1, 0, 0})) == StatusCode::kCorrupt);              // immutable
  CHECK(code(bytes({4, 1, 2, 2, 1, 1, 1, 0, 0})) == StatusCode::kCorrupt);  // run over the end
  CHECK(code(bytes({4, 3, 0xff, 0xff, 0xff, 0xff, 0x0f, 0, 0})) == StatusCode::kCorrupt);
  CHECK(code(bytes({5, 2, 0})) == StatusCode::kOk);
  CHECK(code(bytes({5, 3, 0})) == StatusCode::kCorrupt);  // no such segment
  CHECK(code(bytes({6, 1, 'h'})) == StatusCode::kOk);
  CHECK(code(bytes({6, 2, 'h'})) == StatusCode::kCorrupt);
  CHECK(code(bytes({7, 0, 0, 1, 's'})) == StatusCode::kOk);
  CHECK(code(bytes({7, 1, 0, 1, 's'})) == StatusCode::kCorrupt);  // keeps more than there is
  CHECK(code(bytes({7, 0, 1, 1, 's'})) == StatusCode::kCorrupt);
  CHECK(code(bytes({7, 0, 0, 2, 's'})) == StatusCode::kCorrupt);
  CHECK(code(bytes({8, 0})) == StatusCode::kCorrupt);           // unknown part
  CHECK(code(bytes({5, 2, 0, 3, 0})) == StatusCode::kCorrupt);  // parts out of order
  CHECK(code(bytes({5, 2})) == StatusCode::kCorrupt);           // list without an end
  CHECK(code(zero) == StatusCode::kCorrupt);
}

TEST_CASE("only runs of memory go on in the next frame") {
  const auto bytes = [](std::initializer_list<int> list) {
    std::string out;
    for (const int byte : list) out.push_back(static_cast<char>(byte));
    return out;
  };
  const std::string runs = Raw(bytes({2, 1, 1, 3}) + "8 bytes." + bytes({0, 0}));
  const std::string global = Raw(bytes({3, 1, 9, 9, 9, 9, 0}));
  CHECK(State().Apply(runs + runs + global).ok());
  CHECK(State().Apply(global + global).code() == StatusCode::kCorrupt);
  CHECK(State().Apply(global + runs).code() == StatusCode::kCorrupt);
  const std::string twice = Raw(bytes({2, 1, 1, 3}) + "8 bytes." + bytes({0, 0, 2, 1, 1, 3}) +
                                "8 bytes." + bytes({0, 0}));
  CHECK(State().Apply(runs + twice).code() == StatusCode::kCorrupt);
}

TEST_CASE("a size that the blob cannot account for is refused before memory is taken for it") {
  std::string delta;
  ByteWriter writer(&delta);
  writer.U8(static_cast<uint8_t>(Encoding::kLz4));
  writer.Varint(kDeltaFrameBytesMax);
  writer.Bytes("tiny");
  CHECK(State().Apply(delta).code() == StatusCode::kCorrupt);
  CHECK(State().Apply("\x02").code() == StatusCode::kCorrupt);
  CHECK(State().Apply("\x03\x01x").code() == StatusCode::kCorrupt);
}

// The log's chain finds every flip before a delta is applied; this is about what an attacker with a
// right chain can do: nothing but reach another valid state or be refused.
TEST_CASE("damaged deltas never reach outside the state") {
  std::string compressed;
  {
    std::mt19937 random(7);
    DeltaWriter writer;
    for (uint64_t word = 0; word < 8000; word += 3 + random() % 50) {
      const uint64_t value = random() % 5;
      writer.MemoryRun(0, word, 1, reinterpret_cast<const uint8_t*>(&value));
    }
    REQUIRE(writer.Finish(&compressed));
    REQUIRE(compressed[0] == static_cast<char>(Encoding::kLz4));
  }
  std::mt19937 random(8);
  for (const std::string& good : {SampleDelta(), compressed}) {
    for (int round = 0; round < 4000; ++round) {
      std::string bad = good;
      for (int changes = 1 + static_cast<int>(random() % 3); changes > 0; --changes) {
        bad[random() % bad.size()] = static_cast<char>(random());
      }
      if (random() % 8 == 0) bad.resize(random() % bad.size());
      State state;
      const Status status = state.Apply(bad);
      REQUIRE((status.ok() || status.code() == StatusCode::kCorrupt));
      for (uint32_t i = 0; i < kShapeProgram.table_count; ++i) {
        if (kShapeProgram.tables[i].type != PERDURE_FUNCREF) continue;  // a host may name anything
        for (const uint32_t function : state.small.tables[i])
          REQUIRE((function == kNullRef || function < 3));
      }
    }
  }
}

TEST_CASE("random changes survive writing and applying") {
  std::mt19937 random(3);
  for (int round = 0; round < 50; ++round) {
    std::string image(kPageBytes, '\0');
    DeltaWriter writer;
    uint64_t word = random() % 100;
    while (word < kPageBytes / 8) {
      const uint64_t words = std::min<uint64_t>(1 + random() % 20, kPageBytes / 8 - word);
      for (uint64_t i = 0; i < words * 8; ++i)
        image[word * 8 + i] = static_cast<char>(random() % 4);
      writer.MemoryRun(0, word, words, reinterpret_cast<const uint8_t*>(image.data() + word * 8));
      word += words + random() % 500;
    }
    std::string delta;
    REQUIRE(writer.Finish(&delta));
    State state;
    REQUIRE(state.Apply(delta).ok());
    REQUIRE(state.memory.memories[0] == image);
  }
}

TEST_CASE("the bytes of deltas are those of the format") {
  DeltaWriter small;
  small.MemoryRun(0, 5, 1, reinterpret_cast<const uint8_t*>("8 bytes."));
  small.TableSize(0, 5);
  small.TableRun(0, 3, std::vector<uint32_t>{1, kNullRef});
  small.SegmentToggled(1);
  std::string delta;
  REQUIRE(small.Finish(&delta));
  test::CheckGolden("delta_raw", delta);
  DeltaWriter stack;
  stack.Stack("outer inner end", "outer other end");
  REQUIRE(stack.Finish(&delta));
  test::CheckGolden("delta_stack", delta);

  State golden, written;
  REQUIRE(golden.Apply(test::Golden("delta_lz4", SampleDelta())).ok());
  REQUIRE(written.Apply(SampleDelta()).ok());
  CHECK(golden.small == written.small);
  CHECK(golden.memory.memories[0] == written.memory.memories[0]);
  CHECK(golden.memory.memories[1] == written.memory.memories[1]);
}

}  // namespace
}  // namespace perdure
