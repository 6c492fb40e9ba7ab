// Instance::Impl: one live instance and its store. The protocol is drawn in instance.cc. Its parts:
//   instance.cc   opening, closing, what the outside may ask
//   call.cc       delivering a call
//   event.cc      settling what came of an event
//   event_series.cc  the same of events that share a row
//   run.cc        a command's run: events between its commit points
//   commit.cc     transactions, groups, releasing effects, folding, being poisoned
//
// Threads: confined to the instance's thread.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "perdure/instance.h"
#include "rtlib/abi/park.h"
#include "rtlib/abi/run_control.h"
#include "rtlib/base/clock.h"
#include "rtlib/engine/change_set.h"
#include "rtlib/engine/committed_image.h"
#include "rtlib/engine/effect_output.h"
#include "rtlib/engine/event_log.h"
#include "rtlib/engine/fold.h"
#include "rtlib/engine/guest.h"
#include "rtlib/engine/latency.h"
#include "rtlib/engine/lazy_memory.h"
#include "rtlib/engine/outbox.h"
#include "rtlib/engine/series.h"
#include "rtlib/engine/store.h"
#include "rtlib/state/stack_codec.h"

namespace perdure {

class Instance::Impl {
 public:
  static Result<std::unique_ptr<Impl>> Open(const perdure_program& program, const Options& options,
                                            StoreOpener open_store);
  ~Impl();

  Result<Outcome> Call(uint32_t export_index, std::span<const perdure_value> args,
                       std::span<perdure_value> results);
  Result<Outcome> Run();
  Status Flush();
  Result<bool> Housekeep();
  Status Close();

  bool HasUncommittedEvents() const { return group_.events != 0; }
  const perdure_program& program() const { return program_; }
  const FunctionRefs& functions() const { return guest_->functions(); }
  Stats stats() const;
  Info info() const;

 private:
  // Events appended to the open transaction, or in the series, and not yet committed.
  struct Group {
    uint64_t events = 0;
    uint64_t began_ns = 0;  // monotonic, of its first event
    LogPosition before;     // newest event before it
    std::vector<perdure_effect> effects;
    std::vector<EffectsOfEvent> of_events;  // whose they are, of those that have any
  };

  Impl(const perdure_program& program, const Options& options, std::unique_ptr<Store> store);

  // instance.cc
  Status Create();
  Status Restore(StateHeader header);

  // call.cc
  std::string ResultText(std::span<const uint8_t> types, abi::GuestEnd* end) const;

  // event.cc
  Result<Outcome> SettleCall(abi::GuestEnd end, std::string input, std::string result);
  Result<Outcome> Settle(abi::GuestEnd end, EventRecord record);
  Status RunStartEvent();
  void Seal(EventRecord* record, const ChangeSet& changes);

  // `ask`: CollectDirty, or PeekDirty if the event is going to be rolled back.
  Status Collect(decltype(CollectDirty)* ask, DirtyChunks* dirty);
  void RollBack(const DirtyChunks& dirty);
  Status LoadFailure() const;
  Status WarmUp();
  // Says in which state a chunk does not verify.
  Status InState(Status failure) const;

  // event_series.cc
  bool FitsSeries(const perdure_type& type) const;
  bool SizesAreCommitted() const;
  Status AddToSeries(uint32_t export_index, std::span<const uint8_t> types,
                     std::span<const perdure_value> args, std::string_view result,
                     Outcome* outcome);
  Result<bool> AnythingChanged();
  Status EndSeries(bool commits, uint64_t began_ns);
  [[gnu::cold]] Status RepeatSeries();

  // run.cc
  class RunScope;
  Status CheckRun() const;
  Result<abi::GuestEnd> EnterStart(abi::RunControl* control);
  Result<abi::GuestEnd> EnterResume();
  Status CheckArguments() const;
  Result<bool> PassCommitPoint(const abi::RunControl& control, EventKind kind,
                               abi::GuestEnd* unwound);
  bool CaptureStack(EventRecord* record, abi::GuestEnd* unwound);
  Result<bool> SettlePause(EventRecord record, uint64_t began_ns);
  Result<Outcome> EndRun(abi::GuestEnd end, EventKind kind);
  Result<std::optional<Outcome>> EndForOutput();
  Result<std::optional<Outcome>> ReleaseOwed();
  Result<Outcome> Stopped(int signal);

  // commit.cc
  Status Usable() const;
  Status Poison(Status why);
  Status Record(const EventRecord& record, const ChangeSet& changes, const DirtyChunks& dirty,
                uint64_t began_ns);
  Status Put(const EventRecord& record, const ChangeSet& changes, const DirtyChunks& dirty,
             bool commits, uint64_t began_ns);
  Status ArmAgain(const ChangeSet& changes);
  Status LetGo();
  Status AppendRow(const EventRecord& record);
  Status CommitRow(const EventRecord& record);
  void RowAdded(const EventRecord& record);
  void JoinGroup(uint64_t seq, uint64_t now_ns);
  bool GroupIsFull(uint64_t now_ns) const;
  Status CommitGroup();
  void AfterCommit(uint64_t began_ns);
  Status ReleaseGroup();
  bool OwesOutput() const { return outbox_.has_value() && outbox_->released_seq() != newest_.seq; }
  void SealHeader();
  Status CommitTransaction();
  void AbortTransaction();
  Status Maintain(Store::Moment moment);
  bool FoldIsDue(Store::Moment moment) const;
  Status FoldSome(uint64_t units, Store::Moment moment);
  Status FoldSettled(Status status);
  Status CommitFold();
  uint64_t FoldUnitsAfterEvent(double backlog) const;
  void HousekeepAfterEvent();
  void HousekeepToTheEnd();

  const perdure_program& program_;
  const Options options_;
  std::vector<std::string> global_names_;
  std::unique_ptr<Store> store_;
  std::unique_ptr<Guest> guest_;
  std::unique_ptr<CommittedImage> image_;
  std::unique_ptr<PreImages> pre_images_;
  std::unique_ptr<LazyMemory> lazy_;                // null: all of the memory is there
  std::vector<std::unique_ptr<Tracker>> trackers_;  // after guest_: destroyed before it
  Folder folder_;                                   // after store_
  StateHeader header_;                              // the open transaction included
  StateHeader committed_header_;                    // without it, while a fold is part of it
  LogPosition newest_;                              // newest event appended
  std::vector<perdure_value> returned_;             // by the present call
  Group group_;
  Series series_;  // its events are part of the group
  bool transaction_open_ = false;
  bool fold_open_ = false;          // the open transaction has pieces of a fold
  uint64_t fold_open_units_ = 0;    // of work in it
  uint64_t fold_paused_until_ = 0;  // event: there was no room
  uint64_t chunks_of_last_event_ = 0;
  bool creating_ = false;  // a command's state, in the open transaction until its first commit
  bool warms_up_ = false;  // there may be chunks that are still to be loaded
  bool running_ = false;   // guest code is on the stack: a host function may not come back in
  Status poisoned_;        // why no further event is taken; OK while all is well
  bool closed_ = false;
  // What trackers reported for the present event before its commit had to wait.
  DirtyChunks held_dirty_;
  bool compare_all_ = false;      // the guest is a new one: everything may differ from the image
  std::optional<Outbox> outbox_;  // of a command
  abi::ParkedStack parked_;
  StackInfo stack_info_;  // of the image's stack
  Stats stats_;
  LatencyHistogram commit_latency_;
};

}  // namespace perdure
