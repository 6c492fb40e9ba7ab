// A guest of the benchmark twice: as a program that persists, and as the same code without anything
// of ours around it.
//
// Both are deterministic and get the same events, so the plain copy's time is the guest's own work
// in the persisting one's, and the chunks that change in its memory are those that change there.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perdure/instance.h"
#include "perdure/program.h"
#include "tests/bench/commit/measure.h"

namespace perdure::bench {

// Arguments of a call; integers of either width.
using Args = std::vector<uint64_t>;

// What happens in one event: a call of an export.
struct Call {
  std::string name;
  Args args;
};

class Plain {
 public:
  explicit Plain(const perdure_program& program);
  Plain(const Plain&) = delete;
  Plain& operator=(const Plain&) = delete;
  ~Plain();

  void Run(const Call& call);
  // How long all of these take, one after the other, in microseconds.
  double TimeAll(const std::vector<Call>& calls);
  std::span<const uint8_t> memory() const;
  std::string GlobalsJson() const;

 private:
  void Enter(uint32_t function, const Args& args);

  const perdure_program& program_;
  void* instance_;
};

// What one event did, from the difference of two Stats.
struct EventCost {
  Cost whole;  // the guest's work included
  double commit_us = 0;
  double track_us = 0, encode_us = 0, store_us = 0;  // of that
  double fold_us = 0, rollback_us = 0;
  uint64_t dirty = 0, changed = 0;  // chunks
};

class Live {
 public:
  // Creates the state, or opens it if it is there.
  Live(const perdure_program& program, const Options& options);

  // Delivers the event; the whole of it may be a part of a group.
  EventCost Run(const Call& call);
  // The same for an event that has to trap.
  EventCost RunTrapping(const Call& call);
  // How long all of these take, one after the other, in microseconds.
  double TimeAll(const std::vector<Call>& calls);
  void Flush();
  bool Housekeep();  // false: nothing is left to do
  void Close();
  Stats stats() const { return instance_->stats(); }
  Info info() const { return instance_->info(); }

 private:
  EventCost Deliver(const Call& call, Outcome::Kind expected);

  const perdure_program& program_;
  std::unique_ptr<Instance> instance_;
};

// What an event of the guest changed: for those who store chunks.
struct ChangedChunks {
  std::vector<uint32_t> numbers;
  std::vector<std::string> contents;
};

// Runs a plain copy and notes what each of its events changes.
class Recorder {
 public:
  explicit Recorder(Plain* plain) : plain_(*plain) { Take(); }
  ChangedChunks Run(const Call& call);

 private:
  void Take();

  Plain& plain_;
  std::vector<uint8_t> before_;
};

}  // namespace perdure::bench
