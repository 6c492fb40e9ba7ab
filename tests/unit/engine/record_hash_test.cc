#include "rtlib/engine/record_hash.h"

#include <catch2/catch.hpp>

#include <cstring>
#include <functional>

namespace perdure {
namespace {

EventRecord Event() {
  EventRecord event;
  event.seq = 7;
  event.time_us = 1700000000000000;
  event.input = "set(42)";
  event.result = "1";
  event.delta = "delta";
  event.effects = "effects";
  event.globals = "{\"g0\":1}";
  event.chunks = 3;
  event.earlier_count = 1;
  event.earlier = "[[]]";
  return event;
}

StateHeader Header() {
  StateHeader header;
  header.format_version = 1;
  std::memset(header.module_hash, 0x11, 16);
  header.program_name = "counter";
  header.compiler = "0.1.0";
  header.created_us = 1700000000000000;
  header.base = {.seq = 1, .hash = 2, .folding_seq = 7, .chunks = 3, .digest = 4};
  header.past = {.seq = 8, .hash = 9, .folding_seq = 10, .chunks = 11, .digest = 12};
  header.sealed_seq = 5, header.sealed_hash = 6;
  return header;
}

TEST_CASE("the hashes of records are those of the format") {
  CHECK(EventHash(Event(), 0) == 0x29adf3eea1eb67ca);
  CHECK(HeaderHash(Header()) == 0xd48271af155276ab);
}

TEST_CASE("(E5) an event's hash depends on every field and on the hash before it") {
  const uint64_t hash = EventHash(Event(), 1);
  CHECK(EventHash(Event(), 2) != hash);
  const std::function<void(EventRecord*)> changes[] = {
      [](EventRecord* e) { e->seq = 8; },
      [](EventRecord* e) { e->kind = EventKind::kStart; },
      [](EventRecord* e) { e->outcome = EventOutcome::kExited; },
      [](EventRecord* e) { ++e->time_us; },
      [](EventRecord* e) { e->input = "set(43)"; },
      [](EventRecord* e) { e->result = "2"; },
      [](EventRecord* e) { e->input = "set(42)1", e->result = ""; },
      [](EventRecord* e) { e->delta = "delto"; },
      [](EventRecord* e) { e->effects = ""; },
      [](EventRecord* e) { e->outlet = "x"; },
      [](EventRecord* e) { e->globals = "{}"; },
      [](EventRecord* e) { e->chunks = 4; },
      [](EventRecord* e) { e->earlier_count = 2; },
      [](EventRecord* e) { e->earlier = ""; },
      [](EventRecord* e) { std::swap(e->delta, e->effects); },
  };
  for (const auto& change : changes) {
    EventRecord event = Event();
    change(&event);
    CHECK(EventHash(event, 1) != hash);
  }
  EventRecord other_own_hash = Event();
  other_own_hash.hash = 99;
  CHECK(EventHash(other_own_hash, 1) == hash);
}

TEST_CASE("a header's hash depends on every field") {
  const uint64_t hash = HeaderHash(Header());
  const std::function<void(StateHeader*)> changes[] = {
      [](StateHeader* h) { ++h->format_version; },    [](StateHeader* h) { ++h->module_hash[15]; },
      [](StateHeader* h) { h->program_name += "x"; }, [](StateHeader* h) { h->compiler += "x"; },
      [](StateHeader* h) { ++h->created_us; },        [](StateHeader* h) { ++h->base.seq; },
      [](StateHeader* h) { ++h->base.hash; },         [](StateHeader* h) { ++h->base.chunks; },
      [](StateHeader* h) { ++h->base.digest; },       [](StateHeader* h) { ++h->base.folding_seq; },
      [](StateHeader* h) { ++h->past.seq; },          [](StateHeader* h) { ++h->past.hash; },
      [](StateHeader* h) { ++h->past.folding_seq; },  [](StateHeader* h) { ++h->past.chunks; },
      [](StateHeader* h) { ++h->past.digest; },       [](StateHeader* h) { ++h->sealed_seq; },
      [](StateHeader* h) { ++h->sealed_hash; },       [](StateHeader* h) { ++h->released_seq; },
  };
  for (const auto& change : changes) {
    StateHeader header = Header();
    change(&header);
    CHECK(HeaderHash(header) != hash);
  }
}

}  // namespace
}  // namespace perdure
