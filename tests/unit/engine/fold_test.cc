// (E8), (F1) to (F3): folding changes what rows hold, never the states they stand for.
#include "rtlib/engine/fold.h"

#include <catch2/catch.hpp>

#include "rtlib/base/bytes.h"
#include "rtlib/engine/record_hash.h"
#include "rtlib/state/chunk_blob.h"
#include "rtlib/state/chunk_map.h"
#include "tests/unit/engine/session.h"

namespace perdure {
namespace {

using test::I32;
using test::I64;
using test::Session;
using test::State;

constexpr uint64_t kEvents = 45;
constexpr Store::Moment kClosing = Store::Moment::kClosing;
static_assert(kEvents > kFoldSlackEventsClosing);

// A killed run of random events of which nothing is folded, and the state after each of them.
class Unfolded {
 public:
  explicit Unfolded(uint64_t events = kEvents) : newest(events) {
    session.options.history_events = Options::kHistoryAll;
    session.Start();
    states.resize(2);
    states[1] = session.Look();
    std::mt19937 random(42);
    while (session.instance().info().last_seq < events - 1) Do(test::RandomOp(&random));
    // Chunks that become all zeros lose their row in a fold.
    Do({"fill", {I32(0), I32(100000), I32(0)}});
    session.Kill();
    disk = session.disk();
    events_ = disk.rows.events;
  }

  void Do(const test::Op& op) {
    session.Do(op);
    states.resize(session.instance().info().last_seq + 1);
    states.back() = session.Look();
  }

  // Folds a copy of the disk up to event `newest`, as far as the window allows, each piece a
  // transaction, and calls after_commit() each time. The store fails at operation `fail_at` if that
  // is not 0.
  template <typename AfterCommit>
  Status Fold(uint64_t history_events, uint64_t fail_at, AfterCommit after_commit) {
    session.disk() = disk;
    MemoryDisk& copy = session.disk();
    copy.operations = 0;
    copy.fail_at = fail_at;
    auto opened = OpenMemoryStore({session.options.state_path, Durability::kFull});
    REQUIRE(opened.ok());
    Store* store = opened->get();
    Folder folder(test::kSampleProgram, store, history_events);
    StateHeader header = *copy.rows.header;
    header.sealed_seq = newest, header.sealed_hash = events_.at(newest).hash;
    folder.Opened(header, newest - header.base.seq, 0);
    Status status;
    while (status.ok() && folder.IsDue(header, newest, kClosing)) {
      status = store->Begin();
      if (status.ok()) status = folder.Piece(&header, newest, kClosing).status();
      header.hash = HeaderHash(header);
      if (status.ok()) status = store->PutHeader(header);
      if (status.ok()) status = store->Commit();
      if (status.ok()) after_commit();
    }
    opened->reset();
    copy.fail_at = 0;
    return status;
  }
  Status Fold(uint64_t history_events, uint64_t fail_at = 0) {
    return Fold(history_events, fail_at, [] {});
  }

  const MemoryRows& rows() { return session.disk().rows; }

  bool OpensAs(const State& expected) {
    const bool in_use = std::exchange(session.disk().in_use, false);
    session.Start();
    const bool same = session.Look() == expected;
    session.Kill();
    session.disk().in_use = in_use;
    return same;
  }
  bool OpensTheSame() { return OpensAs(states.back()); }

  // Opens the past with the events up to `seq` behind it, as a state of its own.
  bool GivesStateOf(uint64_t seq) {
    const MemoryDisk folded = session.disk();
    MemoryRows& rows = session.disk().rows;
    StateHeader& header = *rows.header;
    for (const auto& [id, blob] : rows.past_chunks) PutPastInto(id, blob, &rows.chunks);
    if (header.past.seq < header.base.seq) rows.sections = rows.past_sections;
    ChunkMap chunks;
    for (const auto& [id, blob] : rows.chunks) chunks.Set(id, true);
    rows.sections[kChunkMapSection] = chunks.Encode();
    header.base = header.past;
    // Rows of chunks beyond the memories' sizes are all right while folding.
    header.base.folding_seq = header.sealed_seq = seq;
    if (seq == header.base.seq) {
      header.sealed_hash = header.base.hash;
    } else {
      header.sealed_hash = rows.events.at(seq).hash;
    }
    rows.events.erase(rows.events.upper_bound(seq), rows.events.end());
    header.base.chunks = rows.chunks.size();
    header.base.digest = 0;
    for (const auto& [id, blob] : rows.chunks) header.base.digest += HashAt(blob, 1);
    for (const auto& [tag, blob] : rows.sections) header.base.digest += HashAt(blob, 0);
    header.hash = HeaderHash(header);
    const bool same = OpensAs(states.at(seq));
    session.disk() = folded;
    return same;
  }

  Session session;
  MemoryDisk disk;
  std::vector<State> states;  // by event
  uint64_t newest;            // the event that folds take for the newest

 private:
  std::map<uint64_t, EventRecord> events_;

  // Makes the base's chunk the past's (F2).
  static void PutPastInto(uint64_t id, std::string_view past,
                          std::map<uint64_t, std::string>* base) {
    uint8_t base_raw[kBaseChunkBytes] = {}, raw[kBaseChunkBytes];
    uint64_t hash;
    const auto found = base->find(id);
    if (found != base->end()) REQUIRE(DecodeChunk(id, found->second, base_raw, &hash).ok());
    REQUIRE(DecodeDifference(id, past, base_raw, raw, &hash).ok());
    base->erase(id);
    if (!IsZeroChunk(raw)) (*base)[id] = EncodeChunk(id, raw).bytes;
  }

  static uint64_t HashAt(const std::string& blob, size_t offset) {
    ByteReader reader(std::string_view(blob).substr(offset));
    return reader.U64();
  }
};

TEST_CASE("(E8) a fold keeps the newest state, and every state of the window") {
  Unfolded run;
  for (const uint64_t history : {uint64_t{0}, uint64_t{1}, uint64_t{7}, Options::kHistoryAll}) {
    INFO("history " << history);
    REQUIRE(run.Fold(history).ok());
    const StateHeader header = *run.rows().header;
    CHECK(header.base.seq == kEvents);
    const uint64_t past = history == Options::kHistoryAll ? 0 : kEvents - history;
    CHECK(header.past.seq == past);
    CHECK(header.past.folding_seq == past);
    CHECK(run.rows().events.size() == kEvents - past);
    CHECK(run.rows().past_sections.empty() == (history == 0));
    CHECK(header.past.chunks == run.rows().past_chunks.size());
    REQUIRE(run.OpensTheSame());
    for (uint64_t seq = std::max<uint64_t>(past, 1); seq <= kEvents; ++seq) {
      INFO("event " << seq);
      REQUIRE(run.GivesStateOf(seq));
    }
  }
}

TEST_CASE("(F1) after any piece the newest state is there, and those from folding_seq on") {
  Unfolded run;
  for (const uint64_t history : {uint64_t{0}, uint64_t{7}}) {
    int pieces = 0;
    REQUIRE(run.Fold(history, 0,
                     [&] {
                       INFO("history " << history << ", piece " << ++pieces);
                       REQUIRE(run.OpensTheSame());
                       const uint64_t from =
                           std::max<uint64_t>(run.rows().header->past.folding_seq, 1);
                       REQUIRE(run.GivesStateOf(from));
                       REQUIRE(run.GivesStateOf((from + kEvents) / 2));
                     })
                .ok());
    CHECK(pieces > 100);
  }
}

TEST_CASE("(F4) deltas in many pieces are folded to the same") {
  Unfolded run;
  REQUIRE(run.Fold(7).ok());
  const MemoryRows whole = run.rows();
  run.disk.piece_bytes = 50;
  int pieces = 0;
  REQUIRE(run.Fold(7, 0,
                   [&] {
                     if (++pieces % 20 == 0) REQUIRE(run.OpensTheSame());
                   })
              .ok());
  CHECK(run.rows().chunks == whole.chunks);
  CHECK(run.rows().past_chunks == whole.past_chunks);
  CHECK(run.rows().sections == whole.sections);
  CHECK(run.rows().past_sections == whole.past_sections);
}

TEST_CASE("(E8) a fold that fails or dies at any operation keeps the state, and is gone on with") {
  Unfolded run;
  const MemoryDisk unfolded = run.disk;
  uint64_t folded_again = 0;
  for (const uint64_t history : {uint64_t{0}, uint64_t{7}}) {
    run.disk = unfolded;
    REQUIRE(run.Fold(history).ok());
    const MemoryRows whole = run.rows();
    for (uint64_t n = 1; !run.Fold(history, n).ok(); n += 3) {
      INFO("history " << history << ", failing operation " << n);
      REQUIRE(n < 5000);
      REQUIRE(run.OpensTheSame());
      run.disk = run.session.disk();
      REQUIRE(run.Fold(history).ok());
      CHECK(run.rows().chunks == whole.chunks);
      CHECK(run.rows().past_chunks == whole.past_chunks);
      CHECK(run.rows().header->hash == whole.header->hash);
      ++folded_again;
      run.disk = unfolded;
    }
  }
  CHECK(folded_again > 100);
}

TEST_CASE("(F2) a window that is made shorter or longer between two folds keeps its promise") {
  Unfolded run;
  for (const uint64_t first : {uint64_t{0}, uint64_t{9}}) {
    const MemoryDisk unfolded = run.disk;
    REQUIRE(run.Fold(first, 60).code() == StatusCode::kIo);  // in the middle
    run.disk = run.session.disk();
    for (const uint64_t then : {uint64_t{0}, uint64_t{3}, uint64_t{9}}) {
      INFO("history " << first << ", then " << then);
      REQUIRE(run.Fold(then).ok());
      REQUIRE(run.OpensTheSame());
      const uint64_t from = std::max<uint64_t>(run.rows().header->past.folding_seq, 1);
      CHECK(from <= kEvents);
      for (uint64_t seq = from; seq <= kEvents; ++seq) REQUIRE(run.GivesStateOf(seq));
    }
    run.disk = unfolded;
  }
}

// A past that stands where the base stood when its pass was broken off still needs the rows of the
// chunks that had moved, whether history is kept by now or not.
TEST_CASE("(F2) a past catches up with a base whose pass was broken off") {
  constexpr uint64_t kBase = 45, kNewest = 90;
  static_assert(kBase > kFoldSlackEventsClosing && kNewest - kBase > kFoldSlackEventsClosing);
  Unfolded run(kNewest);
  run.newest = kBase;
  REQUIRE(run.Fold(Options::kHistoryAll).ok());
  REQUIRE(run.rows().header->base.seq == kBase);
  run.disk = run.session.disk();
  const MemoryDisk whole = run.disk;
  run.newest = kNewest;
  const auto check = [&] {
    const StateHeader& header = *run.rows().header;
    CHECK(header.past.chunks == run.rows().past_chunks.size());
    REQUIRE(run.OpensTheSame());
    const uint64_t from = std::max<uint64_t>(header.past.folding_seq, 1);
    for (const uint64_t seq : {from, (from + kNewest) / 2, kNewest}) {
      INFO("event " << seq);
      REQUIRE(run.GivesStateOf(seq));
    }
    run.disk = run.session.disk();
  };
  int caught_up = 0;
  for (uint64_t breaks_at = 100;; breaks_at += 50) {
    INFO("the base's pass broken off at operation " << breaks_at);
    run.disk = whole;
    if (run.Fold(Options::kHistoryAll, breaks_at).ok()) break;
    check();
    if (run.rows().header->base.folding_seq != kNewest || run.rows().past_chunks.empty()) continue;
    const MemoryDisk broken = run.disk;
    // Without history the past goes first, up to the base; and there the process dies again.
    for (uint64_t dies_at = 100; run.rows().header->past.seq < kBase; dies_at += 10) {
      INFO("the past's at operation " << dies_at);
      run.disk = broken;
      REQUIRE(run.Fold(0, dies_at).code() == StatusCode::kIo);
    }
    if (run.rows().header->base.seq != kBase) continue;
    ++caught_up;
    check();
    const MemoryDisk at_base = run.disk;
    for (const uint64_t history : {uint64_t{0}, uint64_t{500}}) {
      INFO("then history " << history);
      run.disk = at_base;
      REQUIRE(run.Fold(history).ok());
      check();
      REQUIRE(run.Fold(500 - history).ok());
      check();
    }
  }
  CHECK(caught_up >= 5);
}

TEST_CASE("a fold refuses events that do not verify") {
  Unfolded run;
  run.disk.rows.events.at(5).delta += "x";
  CHECK(run.Fold(0).code() == StatusCode::kCorrupt);
  run.disk.rows.events.erase(5);
  CHECK(run.Fold(0).code() == StatusCode::kCorrupt);
}

TEST_CASE("a fold refuses rows that do not verify") {
  Unfolded run;
  const MemoryDisk good = run.disk;
  run.disk.rows.chunks.at(0)[20] ^= 1;
  CHECK(run.Fold(0).code() == StatusCode::kCorrupt);
  run.disk = good;
  run.disk.rows.sections.at(2)[9] ^= 1;
  CHECK(run.Fold(0).code() == StatusCode::kCorrupt);
  run.disk = good;
  REQUIRE(run.Fold(40).ok());
  run.disk = run.session.disk();
  REQUIRE_FALSE(run.disk.rows.past_chunks.empty());
  for (auto& [id, blob] : run.disk.rows.past_chunks) blob[20] ^= 1;
  CHECK(run.Fold(2).code() == StatusCode::kCorrupt);
}

}  // namespace
}  // namespace perdure
