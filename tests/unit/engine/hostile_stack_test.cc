// A state whose call stack somebody has changed, with every hash made right again: it is refused,
// or the guest goes on and computes something. Never a crash, a hang or a damaged state. Invariants
// (V1) to (V5) are those of rtlib/state/stack_verifier.h.
#include <catch2/catch.hpp>
#include <random>

#include "rtlib/base/bytes.h"
#include "rtlib/base/hash.h"
#include "rtlib/engine/record_hash.h"
#include "rtlib/state/format.h"
#include "tests/unit/engine/run_session.h"

namespace perdure::test {
namespace {

constexpr uint64_t kStackTag = static_cast<uint64_t>(SectionTag::kStack);
constexpr size_t kHashBytes = 8;

std::string StackOf(const MemoryRows& rows) {
  return rows.sections.at(kStackTag).substr(kHashBytes);
}

void PutStack(MemoryRows* rows, const std::string& stack) {
  std::string& section = rows->sections.at(kStackTag);
  const uint64_t before = ByteReader(section).U64();
  const uint64_t hash = Hash64(stack, uint64_t{1} << 63 | kStackTag);
  section.clear();
  ByteWriter writer(&section);
  writer.U64(hash);
  writer.Raw(stack);
  rows->header->base.digest += hash - before;
  rows->header->hash = HeaderHash(*rows->header);
}

// Small numbers are what such bytes hold: indices, kinds, ordinals, lengths.
std::string Mutated(std::string stack, std::mt19937_64* random) {
  for (uint64_t changes = 1 + (*random)() % 3; changes > 0 && !stack.empty(); --changes) {
    const size_t at = (*random)() % stack.size();
    switch ((*random)() % 5) {
      case 0:
        stack[at] = static_cast<char>(stack[at] ^ (1 << (*random)() % 8));
        break;
      case 1:
        stack[at] = static_cast<char>((*random)() % 20);
        break;
      case 2:
        stack.insert(at, 1, static_cast<char>((*random)() % 20));
        break;
      case 3:
        stack.erase(at, 1 + (*random)() % 12);
        break;
      default:  // a frame twice, perhaps
        stack.insert(at, stack.substr((*random)() % stack.size(), 1 + (*random)() % 40));
        break;
    }
  }
  return stack;
}

// A closed state whose base has the stack of a run that waits after `input`.
void MakeState(RunSession* session, const std::string& input) {
  session->options.history_events = 0;
  session->Start();
  session->Feed(std::string(40, 'z') + input);
  session->Close();
  const MemoryRows& rows = session->disk().rows;
  REQUIRE(rows.header->base.seq == rows.events.rbegin()->first);
}

}  // namespace

TEST_CASE("a stack that was put back as it was is accepted") {
  RunSession session;
  MakeState(&session, "c");
  PutStack(&session.disk().rows, StackOf(session.disk().rows));
  CHECK(session.Open().ok());
}

TEST_CASE("a run whose stack somebody has changed is refused or goes on") {
  std::mt19937_64 random(1);
  int refused = 0, resumed = 0;
  for (const char* input : {"c", "i", "T", "C"}) {
    RunSession session;
    MakeState(&session, input);
    const MemoryDisk good = session.disk();
    for (int round = 0; round < 400; ++round) {
      session.disk() = good;
      PutStack(&session.disk().rows, Mutated(StackOf(good.rows), &random));
      const Status opened = session.Open();
      CAPTURE(input, round, opened.message());
      if (!opened.ok()) {
        ++refused;
        REQUIRE(
            (opened.code() == StatusCode::kCorrupt || opened.code() == StatusCode::kIncompatible));
        continue;
      }
      ++resumed;
      session.PutDot();
      session.PutDot();
      const Result<Outcome> outcome = session.Try("z");
      session.config.input.clear();
      session.Kill();
      REQUIRE((outcome.ok() || !outcome.status().message().empty()));
    }
  }
  // Both happen, or the test is not about what it says.
  CHECK(refused > 400);
  CHECK(resumed > 50);
}

}  // namespace perdure::test
