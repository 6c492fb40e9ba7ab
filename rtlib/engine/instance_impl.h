// Instance::Impl: one live instance and its store. The protocol is drawn in instance.cc. Its parts:
//   instance.cc   opening, closing, what the outside may ask
//   event.cc      delivering one event, settling what came of it
//   commit.cc     transactions, groups, releasing effects, folding, being poisoned
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "perdure/instance.h"
#include "rtlib/base/clock.h"
#include "rtlib/engine/change_set.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/latency.h"
#include "rtlib/engine/store.h"

namespace perdure {

class Instance::Impl {
 public:
  static Result<std::unique_ptr<Impl>> Open(const perdure_program& program, const Options& options,
                                            StoreOpener open_store);
  ~Impl();

  Result<Outcome> Call(uint32_t export_index, std::span<const perdure_value> args,
                       std::span<perdure_value> results);
  Status Flush();
  Status Close();

  bool HasUncommittedEvents() const { return group_.events != 0; }
  const perdure_program& program() const { return program_; }
  const FunctionRefs& functions() const { return guest_->functions(); }
  Stats stats() const;
  Info info() const;

 private:
  // Events appended to the open transaction and not yet committed.
  struct Group {
    uint64_t events = 0;
    uint64_t began_ns = 0;  // monotonic, of its first event
    LogPosition before;     // newest event before it
    std::vector<perdure_effect> effects;
  };

  Impl(const perdure_program& program, const Options& options, std::unique_ptr<Store> store);

  // instance.cc
  Status Create();
  Status Restore(StateHeader header);

  // event.cc
  Status CheckCall(uint32_t export_index, std::span<const perdure_value> args,
                   std::span<const perdure_value> results) const;
  Result<Outcome> Settle(abi::GuestEnd end, EventRecord record);
  Status RunStartEvent();
  void Seal(EventRecord* record, const ChangeSet& changes);

  // commit.cc
  Status Usable() const;
  Status Poison(Status why);
  Status Record(const EventRecord& record, const ChangeSet& changes, const DirtyChunks& dirty,
                uint64_t began_ns);
  Status AppendToGroup(const EventRecord& record);
  bool GroupIsFull() const;
  Status CommitGroup();
  void AfterCommit(uint64_t began_ns);
  void SealHeader();
  void Housekeep(bool closing);

  const perdure_program& program_;
  const Options options_;
  std::vector<std::string> global_names_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Guest> guest_;
  std::unique_ptr<CommittedImage> image_;
  std::vector<std::unique_ptr<Tracker>> trackers_;  // after guest_: destroyed before it
  StateHeader header_;
  LogPosition newest_;  // newest event appended
  Group group_;
  bool transaction_open_ = false;
  bool running_ = false;  // guest code is on the stack: a host function may not come back in
  Status poisoned_;       // why no further event is taken; OK while all is well
  bool closed_ = false;
  uint64_t delta_bytes_since_fold_ = 0;
  Stats stats_;
  LatencyHistogram commit_latency_;
};

}  // namespace perdure
