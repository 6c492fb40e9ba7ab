// (E6), (E7): whatever is done to the rows of a state, opening it reports corruption or gives the
// same state.
#include <catch2/catch.hpp>

#include <cstring>

#include "rtlib/engine/record_hash.h"
#include "rtlib/state/chunk_blob.h"
#include "tests/unit/engine/session.h"
#include "tests/unit/engine/variable_scope.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;
using test::State;

// A closed state with a folded base, history behind it, and one of everything in both.
class Damaged {
 public:
  Damaged() {
    session_.options.history_events = 4;
    session_.Start();
    for (uint32_t i = 0; i < 40; ++i) session_.Do("poke", {I32(i * 5000), I64(i)});
    session_.Do("table_set", {I32(2), test::Func(1)});
    session_.Do("drop_elem", {});
    session_.Do("host_table", {I32(3)});
    session_.Close();
    session_.Start();
    session_.Do("grow", {I32(1)});
    session_.Do("set_f64", {test::F64Bits(0x7ff0000000000001)});
    session_.Do("table_grow", {I32(1), test::Func(0)});
    session_.Do("drop_data", {});
    session_.Do("change_all_then_trap", {});
    good_ = session_.Look();
    session_.Close();
    disk_ = session_.disk();
    REQUIRE(disk_.rows.header->base.seq > 0);
    REQUIRE(disk_.rows.header->sealed_seq > disk_.rows.header->base.seq);
  }

  const MemoryRows& rows() const { return disk_.rows; }

  // Opens a copy of the disk after `change`: refused as corrupt (or as incompatible), or unharmed.
  template <typename Change>
  StatusCode Open(Change change) {
    session_.disk() = disk_;
    change(&session_.disk().rows);
    const Status opened = session_.Open();
    message_ = opened.message();
    if (!opened.ok()) return opened.code();
    unharmed_ = session_.Look() == good_;
    session_.Kill();
    return StatusCode::kOk;
  }
  template <typename Change>
  bool Refused(Change change) {
    return Open(change) == StatusCode::kCorrupt;
  }
  template <typename Change>
  bool RefusedOrUnharmed(Change change) {
    const StatusCode code = Open(change);
    return code == StatusCode::kCorrupt || code == StatusCode::kIncompatible ||
           (code == StatusCode::kOk && unharmed_);
  }
  const std::string& message() const { return message_; }

 private:
  // What is found only by reading everything is what is looked for here.
  test::RestoreModeScope whole_ = test::RestoreModeScope("whole");
  Session session_;
  MemoryDisk disk_;
  State good_;
  std::string message_;
  bool unharmed_ = false;
};

// Calls `check` with a function that damages byte `at` of a text, for each byte.
template <typename Check>
void ForEachFlip(const std::string& text, Check check) {
  for (size_t at = 0; at < text.size(); ++at) {
    for (const int mask : {0x01, 0x80, 0xff}) {
      check(at, [at, mask](std::string* damaged) {
        (*damaged)[at] = static_cast<char>((*damaged)[at] ^ mask);
      });
    }
  }
}

TEST_CASE("an undamaged state opens, so that the tests below can fail") {
  Damaged state;
  CHECK(state.Open([](MemoryRows*) {}) == StatusCode::kOk);
  CHECK(state.RefusedOrUnharmed([](MemoryRows*) {}));
}

TEST_CASE("(E6) every flipped byte of a base chunk is found or harmless") {
  Damaged state;
  int chunks = 0;
  for (const auto& [id, blob] : state.rows().chunks) {
    if (++chunks > 3) break;
    ForEachFlip(blob, [&](size_t at, auto flip) {
      INFO("chunk " << id << " byte " << at);
      REQUIRE(state.RefusedOrUnharmed([&](MemoryRows* rows) { flip(&rows->chunks[id]); }));
    });
  }
}

TEST_CASE("(E6) every flipped byte of a base section is found") {
  Damaged state;
  for (const auto& [tag, blob] : state.rows().sections) {
    ForEachFlip(blob, [&](size_t at, auto flip) {
      INFO("section " << tag << " byte " << at);
      REQUIRE(state.Refused([&](MemoryRows* rows) { flip(&rows->sections[tag]); }));
    });
  }
}

TEST_CASE("(E5) every flipped byte of an event is found") {
  Damaged state;
  for (const auto& [seq, event] : state.rows().events) {
    if (seq <= state.rows().header->base.seq) continue;  // of the history: read when it is used
    for (const auto field : {&EventRecord::input, &EventRecord::result, &EventRecord::delta,
                             &EventRecord::effects, &EventRecord::globals}) {
      ForEachFlip(event.*field, [&](size_t at, auto flip) {
        INFO("event " << seq << " byte " << at);
        REQUIRE(state.Refused([&](MemoryRows* rows) { flip(&(rows->events[seq].*field)); }));
      });
    }
    for (int bit = 0; bit < 64; ++bit) {
      const uint64_t flip = uint64_t{1} << bit;
      REQUIRE(state.Refused([&](MemoryRows* rows) { rows->events[seq].hash ^= flip; }));
      REQUIRE(state.Refused([&](MemoryRows* rows) { rows->events[seq].seq ^= flip; }));
      REQUIRE(state.Refused(
          [&](MemoryRows* rows) { rows->events[seq].time_us ^= static_cast<int64_t>(flip); }));
    }
    REQUIRE(state.Refused([&](MemoryRows* rows) { rows->events[seq].chunks ^= 1; }));
    REQUIRE(state.Refused(
        [&](MemoryRows* rows) { rows->events[seq].outcome = EventOutcome::kExited; }));
  }
}

TEST_CASE("(E6) every flipped bit of the header is found") {
  Damaged state;
  const auto flip_all = [&](auto field) {
    for (size_t bit = 0; bit < sizeof(*field(static_cast<StateHeader*>(nullptr))) * 8; ++bit) {
      REQUIRE(state.RefusedOrUnharmed([&](MemoryRows* rows) {
        reinterpret_cast<uint8_t*>(field(&*rows->header))[bit / 8] ^=
            static_cast<uint8_t>(1 << (bit % 8));
      }));
    }
  };
  flip_all([](StateHeader* h) { return &h->format_version; });
  flip_all([](StateHeader* h) { return &h->module_hash; });
  flip_all([](StateHeader* h) { return &h->created_us; });
  flip_all([](StateHeader* h) { return &h->base.seq; });
  flip_all([](StateHeader* h) { return &h->base.hash; });
  flip_all([](StateHeader* h) { return &h->base.chunks; });
  flip_all([](StateHeader* h) { return &h->base.digest; });
  flip_all([](StateHeader* h) { return &h->base.folding_seq; });
  flip_all([](StateHeader* h) { return &h->past.seq; });
  flip_all([](StateHeader* h) { return &h->past.hash; });
  flip_all([](StateHeader* h) { return &h->past.folding_seq; });
  flip_all([](StateHeader* h) { return &h->past.chunks; });
  flip_all([](StateHeader* h) { return &h->past.digest; });
  flip_all([](StateHeader* h) { return &h->sealed_seq; });
  flip_all([](StateHeader* h) { return &h->sealed_hash; });
  flip_all([](StateHeader* h) { return &h->hash; });
  CHECK(state.Refused([](MemoryRows* rows) { rows->header->program_name += "x"; }));
  CHECK(state.Refused([](MemoryRows* rows) { rows->header->compiler.clear(); }));
}

TEST_CASE("(E6) a base row that is missing, moved, added or older than the header is found") {
  Damaged state;
  for (const auto& [tag, blob] : state.rows().sections) {
    CHECK(state.Refused([&](MemoryRows* rows) { rows->sections.erase(tag); }));
  }
  CHECK(state.Refused([](MemoryRows* rows) { rows->sections[6] = rows->sections[5]; }));
  for (const auto& [id, blob] : state.rows().chunks) {
    CHECK(state.Refused([&](MemoryRows* rows) { rows->chunks.erase(id); }));
    CHECK(state.Refused([&](MemoryRows* rows) {
      rows->chunks[id + 1] = rows->chunks[id];
      rows->chunks.erase(id);
    }));
    std::vector<uint8_t> older(kBaseChunkBytes, 1);
    CHECK(state.Refused(
        [&](MemoryRows* rows) { rows->chunks[id] = EncodeChunk(id, older.data()).bytes; }));
  }
  const std::vector<uint8_t> raw(kBaseChunkBytes, 1);
  for (const uint64_t id :
       {ChunkId(0, 31), ChunkId(0, 32), ChunkId(1, 0), ChunkId(2, 0), UINT64_MAX}) {
    CHECK(state.Refused(
        [&](MemoryRows* rows) { rows->chunks[id] = EncodeChunk(id, raw.data()).bytes; }));
  }
}

TEST_CASE("(E7) an event that is gone is found, in the middle and at the end") {
  Damaged state;
  for (const auto& [seq, event] : state.rows().events) {
    if (seq <= state.rows().header->base.seq) continue;
    CHECK(state.Refused([&](MemoryRows* rows) { rows->events.erase(seq); }));
    CHECK(state.Refused(
        [&](MemoryRows* rows) { rows->events.erase(rows->events.find(seq), rows->events.end()); }));
  }
  CHECK(state.message().find("missing from the end of the log") != std::string::npos);
  CHECK(state.Refused([](MemoryRows* rows) { rows->events.clear(); }));
}

// A forger who knows the hashes still gets an error or a valid state of this program, never more.
TEST_CASE("a forged delta under a right chain stays within the program's limits") {
  Damaged state;
  const uint64_t last = state.rows().events.rbegin()->first;
  std::mt19937 random(1);
  for (int round = 0; round < 300; ++round) {
    std::string delta(1 + random() % 40, '\0');
    for (char& byte : delta) byte = static_cast<char>(random() % 12);
    const StatusCode code = state.Open([&](MemoryRows* rows) {
      EventRecord& event = rows->events[last];
      event.delta = delta;
      event.hash = EventHash(event, rows->events[last - 1].hash);
      rows->header->sealed_hash = event.hash;
      rows->header->hash = HeaderHash(*rows->header);
    });
    REQUIRE((code == StatusCode::kOk || code == StatusCode::kCorrupt));
  }
}

}  // namespace
}  // namespace perdure
