// Transactions, groups, releasing effects, folding, being poisoned (the protocol is in
// instance.cc).
#include <iterator>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/effect_output.h"
#include "rtlib/engine/fold.h"
#include "rtlib/engine/instance_impl.h"
#include "rtlib/engine/record_hash.h"

namespace perdure {

Status Instance::Impl::Usable() const {
  if (running_) {
    return Status(StatusCode::kFailedPrecondition,
                  "an event is running: a host function may not use the instance it is called by");
  }
  if (closed_) return Status(StatusCode::kFailedPrecondition, "the instance is closed");
  if (poisoned_.ok()) return OkStatus();
  return Status(StatusCode::kFailedPrecondition,
                StrCat("the instance stopped after an earlier failure: ", poisoned_.message()));
}

// (E9). Events of a group that were not committed are lost with it; none of them was acknowledged
// as durable.
Status Instance::Impl::Poison(Status why) {
  PERDURE_CHECK(!why.ok(), "poisoned without a reason");
  poisoned_ = why;
  store_->Abort();
  transaction_open_ = false;
  if (group_.events != 0) newest_ = group_.before;
  group_ = {};
  guest_->host().effects.clear();
  guest_->host().queued_bytes = 0;
  return why;
}

// Puts a settled event into the store and the image. On failure the event is as if it never was
// (E3).
Status Instance::Impl::Record(const EventRecord& record, const ChangeSet& changes,
                              const DirtyChunks& dirty, uint64_t began_ns) {
  Status stored = AppendToGroup(record);
  const bool commits = stored.ok() && (creating_ || GroupIsFull());
  if (commits && creating_) {  // (E11)
    SealHeader();
    stored = store_->PutHeader(header_);
  }
  if (commits && stored.ok()) stored = CommitGroup();
  if (!stored.ok()) {
    RollBack(dirty);
    return Poison(std::move(stored));
  }
  Advance(guest_.get(), changes, image_.get());
  compare_all_ = false;
  if (commits) AfterCommit(began_ns);
  return OkStatus();
}

Status Instance::Impl::AppendToGroup(const EventRecord& record) {
  const TimeAdder timer(&stats_.store_ns);
  if (!transaction_open_) {
    PERDURE_TRY(store_->Begin());
    transaction_open_ = true;
  }
  PERDURE_TRY(store_->AppendEvent(record));
  if (group_.events == 0) group_.before = newest_;
  newest_ = {record.seq, record.hash};
  delta_bytes_since_fold_ += record.delta.size();
  if (group_.events == 0) group_.began_ns = MonotonicNs();
  ++group_.events;
  std::vector<perdure_effect>& effects = guest_->host().effects;
  group_.effects.insert(group_.effects.end(), std::make_move_iterator(effects.begin()),
                        std::make_move_iterator(effects.end()));
  effects.clear();
  guest_->host().queued_bytes = 0;
  return OkStatus();
}

bool Instance::Impl::GroupIsFull() const {
  switch (options_.commit.kind) {
    case CommitPolicy::Kind::kEvent:
      return true;
    case CommitPolicy::Kind::kEvery:
      return group_.events >= options_.commit.value;
    case CommitPolicy::Kind::kInterval:
      // A run is not asked for a commit before it is due (interval_timer.h).
      return guest_->host().run != nullptr ||
             MonotonicNs() - group_.began_ns >= options_.commit.value * 1'000'000;
  }
  return true;
}

Status Instance::Impl::CommitGroup() {
  const TimeAdder timer(&stats_.store_ns);
  PERDURE_TRY(store_->Commit());
  transaction_open_ = creating_ = false;
  ++stats_.commits;
  return OkStatus();
}

// What a commit sets free. A failure in here poisons the instance, but the events are acknowledged:
// they are durable.
void Instance::Impl::AfterCommit(uint64_t began_ns) {
  const uint64_t took_ns = MonotonicNs() - began_ns;
  commit_latency_.Add(took_ns);
  stats_.commit_ns += took_ns;
  if (!ReleaseEffects(group_.effects)) output_closed_ = true;  // (E2)
  group_ = {};
  Housekeep(/*closing=*/false);
}

Status Instance::Impl::Flush() {
  if (closed_) return OkStatus();
  PERDURE_TRY(Usable());
  if (group_.events == 0) return OkStatus();
  const uint64_t began_ns = MonotonicNs();
  Status committed = CommitGroup();
  if (!committed.ok()) return Poison(std::move(committed));
  AfterCommit(began_ns);
  return OkStatus();
}

// The header as it would be sealed now: everything up to the newest committed event.
void Instance::Impl::SealHeader() {
  header_.sealed_seq = newest_.seq;
  header_.sealed_hash = newest_.hash;
  header_.hash = HeaderHash(header_);
}

void Instance::Impl::Housekeep(bool closing) {
  PERDURE_CHECK(!transaction_open_, "housekeeping inside a transaction");
  if (ShouldFold(header_, newest_.seq, options_.history_events, delta_bytes_since_fold_, closing)) {
    const uint64_t began_ns = MonotonicNs();
    Status folded = Fold(program_, FoldTarget(newest_.seq, options_.history_events), newest_,
                         store_.get(), &header_, &stats_.folds);
    stats_.fold_ns += MonotonicNs() - began_ns;
    if (!folded.ok()) {
      (void)Poison(std::move(folded).WithContext("folding old events"));
      return;
    }
    delta_bytes_since_fold_ = 0;
  }
  SealHeader();
  Status maintained = store_->Maintain(header_, closing);
  if (!maintained.ok()) (void)Poison(std::move(maintained));
}

}  // namespace perdure
