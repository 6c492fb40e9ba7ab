// Transactions, groups, releasing effects, folding, being poisoned (the protocol is in
// instance.cc).
#include <algorithm>
#include <iterator>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/fold.h"
#include "rtlib/engine/instance_impl.h"
#include "rtlib/engine/record_hash.h"

namespace perdure {
namespace {

// What is folded between two events, and at a time while there are none: about 250 us. The further
// things are behind, the more, up to 0.7 ms; and where that is not enough, as after events that
// write hundreds of chunks each, as much as they bring in: else the state would grow without end.
constexpr uint64_t kFoldUnits = 24;
constexpr uint64_t kFoldUnitsMost = 64;
constexpr double kFoldBacklogEasy = 2, kFoldBacklogMost = 4;  // slacks
constexpr uint64_t kFoldUnitsAChunk = 8;
// How much of it may wait for a commit: its pages are written with the next event's row.
constexpr uint64_t kFoldOpenUnits = 128;

}  // namespace

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
  AbortTransaction();
  if (group_.events != 0) newest_ = group_.before;
  group_ = {};
  series_.Clear();
  guest_->host().effects.clear();
  guest_->host().queued_bytes = 0;
  return why;
}

// A settled event joins its group, and completes it or not.
Status Instance::Impl::Record(const EventRecord& record, const ChangeSet& changes,
                              const DirtyChunks& dirty, uint64_t began_ns) {
  const uint64_t now_ns = MonotonicNs();
  JoinGroup(record.seq, now_ns);
  return Put(record, changes, dirty, creating_ || GroupIsFull(now_ns), began_ns);
}

// Puts what has settled, an event or a series, into the store and the image, and commits its group
// or not. On failure it is as if it never was (E3).
Status Instance::Impl::Put(const EventRecord& record, const ChangeSet& changes,
                           const DirtyChunks& dirty, bool commits, uint64_t began_ns) {
  Status stored =
      commits && !creating_ && !transaction_open_ ? CommitRow(record) : AppendRow(record);
  if (stored.ok() && creating_) {  // (E11)
    SealHeader();
    stored = store_->PutHeader(header_);
  }
  if (stored.ok() && commits && transaction_open_) stored = CommitGroup();
  if (!stored.ok()) {
    RollBack(dirty);
    return Poison(std::move(stored));
  }
  Advance(guest_.get(), changes, image_.get());
  series_.Clear();
  compare_all_ = false;
  if (commits) AfterCommit(began_ns);
  // What was undone stays writable: the next event may well write there again.
  return record.outcome == EventOutcome::kTrapped ? LetGo() : ArmAgain(changes);
}

// Writes are seen again. Nobody has waited for this: the event is answered.
Status Instance::Impl::ArmAgain(const ChangeSet& changes) {
  Status status = Rearm(trackers_, changes);
  return status.ok() ? LetGo() : Poison(std::move(status));
}

// Guest and image are equal (E3).
Status Instance::Impl::LetGo() {
  Status status = pre_images_->MayLetGo(trackers_);
  return status.ok() ? status : Poison(std::move(status));
}

Status Instance::Impl::AppendRow(const EventRecord& record) {
  const TimeAdder timer(&stats_.store_ns);
  if (!transaction_open_) {
    PERDURE_TRY(store_->Begin());
    transaction_open_ = true;
  }
  PERDURE_TRY(store_->AppendEvent(record));
  RowAdded(record);
  return OkStatus();
}

// A group that is this one row.
Status Instance::Impl::CommitRow(const EventRecord& record) {
  const TimeAdder timer(&stats_.store_ns);
  PERDURE_TRY(store_->CommitEvent(record));
  ++stats_.commits;
  RowAdded(record);
  return OkStatus();
}

void Instance::Impl::RowAdded(const EventRecord& record) {
  newest_ = {record.seq, record.hash};
  folder_.RowAdded(FoldWeight(record));
  chunks_of_last_event_ = record.chunks;
}

// The event that was executed just now is in the group, and its effects wait for the commit.
void Instance::Impl::JoinGroup(uint64_t seq, uint64_t now_ns) {
  if (group_.events == 0) {
    group_.before = newest_;
    group_.began_ns = now_ns;
  }
  ++group_.events;
  std::vector<perdure_effect>& effects = guest_->host().effects;
  if (effects.empty()) return;
  group_.of_events.push_back({seq, effects.size()});
  group_.effects.insert(group_.effects.end(), std::make_move_iterator(effects.begin()),
                        std::make_move_iterator(effects.end()));
  effects.clear();
  guest_->host().queued_bytes = 0;
}

bool Instance::Impl::GroupIsFull(uint64_t now_ns) const {
  switch (options_.commit.kind) {
    case CommitPolicy::Kind::kEvent:
      return true;
    case CommitPolicy::Kind::kEvery:
      return group_.events >= options_.commit.value;
    case CommitPolicy::Kind::kInterval:
      // A run is not asked for a commit before it is due (interval_timer.h).
      return guest_->host().run != nullptr ||
             now_ns - group_.began_ns >= options_.commit.value * 1'000'000;
  }
  return true;
}

Status Instance::Impl::CommitGroup() {
  const TimeAdder timer(&stats_.store_ns);
  PERDURE_TRY(CommitTransaction());
  creating_ = false;
  ++stats_.commits;
  return OkStatus();
}

Status Instance::Impl::CommitTransaction() {
  PERDURE_TRY(store_->Commit());
  transaction_open_ = fold_open_ = false;
  fold_open_units_ = 0;
  return OkStatus();
}

void Instance::Impl::AbortTransaction() {
  store_->Abort();
  if (fold_open_) {
    header_ = committed_header_;
    folder_.Restart(header_, newest_.seq);
  }
  transaction_open_ = fold_open_ = false;
  fold_open_units_ = 0;
}

// What a commit sets free. A failure in here poisons the instance, but the events are acknowledged:
// they are durable.
void Instance::Impl::AfterCommit(uint64_t began_ns) {
  const uint64_t took_ns = MonotonicNs() - began_ns;
  commit_latency_.Add(took_ns);
  stats_.commit_ns += took_ns;
  Status released = ReleaseGroup();
  group_ = {};
  if (released.ok()) {
    HousekeepAfterEvent();
  } else {
    (void)Poison(std::move(released));
  }
}

Status Instance::Impl::ReleaseGroup() {  // (E2)
  if (outbox_.has_value()) return outbox_->Release(group_.effects, newest_);
  if (options_.effects != nullptr) {
    ReleaseEffectsTo(options_.effects, group_.effects, group_.of_events);
  } else {
    (void)ReleaseEffects(group_.effects);
  }
  return OkStatus();
}

Status Instance::Impl::Flush() {
  if (closed_) return OkStatus();
  PERDURE_TRY(Usable());
  if (group_.events == 0) return OkStatus();
  const uint64_t began_ns = MonotonicNs();
  if (!series_.empty()) return EndSeries(true, began_ns);
  Status committed = CommitGroup();
  if (!committed.ok()) return Poison(std::move(committed));
  AfterCommit(began_ns);
  return OkStatus();
}

// The header as it would be sealed now: everything up to the newest committed event.
void Instance::Impl::SealHeader() {
  header_.sealed_seq = newest_.seq;
  header_.sealed_hash = newest_.hash;
  header_.released_seq = outbox_.has_value() ? outbox_->released_seq() : newest_.seq;
  header_.hash = HeaderHash(header_);
}

Status Instance::Impl::Maintain(Store::Moment moment) {
  PERDURE_CHECK(!transaction_open_, "housekeeping inside a transaction");
  SealHeader();
  return store_->Maintain(header_, moment);
}

// What is owed to somebody stays in the log until it is written.
bool Instance::Impl::FoldIsDue(Store::Moment moment) const {
  return newest_.seq >= fold_paused_until_ && !OwesOutput() &&
         folder_.IsDue(header_, newest_.seq, moment);
}

// Folds for about so many units, in a transaction that stays open for the next event's row to join.
Status Instance::Impl::FoldSome(uint64_t units, Store::Moment moment) {
  const uint64_t began_ns = MonotonicNs();
  bool wrote = false;
  Status status;
  for (uint64_t spent = 0; status.ok() && spent < units;) {
    if (!FoldIsDue(moment)) break;
    if (folder_.NextWrites()) {
      if (!transaction_open_) {
        status = store_->Begin();
        transaction_open_ = status.ok();
      }
      if (!fold_open_) committed_header_ = header_;
      wrote = fold_open_ = true;
    }
    if (!status.ok()) break;
    const Result<uint64_t> cost = folder_.Piece(&header_, newest_.seq, moment);
    status = cost.status();
    spent += cost.ok() ? *cost : 0;
    if (wrote) fold_open_units_ += cost.ok() ? *cost : 0;
  }
  if (status.ok() && wrote) {
    SealHeader();
    status = store_->PutHeader(header_);
  }
  stats_.fold_ns += MonotonicNs() - began_ns;
  return FoldSettled(std::move(status));
}

// A fold for which there is no room is not worth an instance: it is put off.
Status Instance::Impl::FoldSettled(Status status) {
  if (status.ok()) return status;
  if (status.code() != StatusCode::kResourceExhausted) {
    return std::move(status).WithContext("folding old events");
  }
  AbortTransaction();
  fold_paused_until_ = newest_.seq + kFoldSlackEvents;
  return OkStatus();
}

Status Instance::Impl::CommitFold() { return FoldSettled(CommitTransaction()); }

uint64_t Instance::Impl::FoldUnitsAfterEvent(double backlog) const {
  if (backlog > kFoldBacklogMost) return kFoldUnitsMost + kFoldUnitsAChunk * chunks_of_last_event_;
  const double late =
      std::max(backlog - kFoldBacklogEasy, 0.0) / (kFoldBacklogMost - kFoldBacklogEasy);
  return kFoldUnits +
         static_cast<uint64_t>(late * static_cast<double>(kFoldUnitsMost - kFoldUnits));
}

// Somebody may be waiting for the next event: a little of one thing.
void Instance::Impl::HousekeepAfterEvent() {
  Status status;
  const bool maintains = store_->MaintenanceIsDue(Store::Moment::kBusy);
  if (maintains) status = Maintain(Store::Moment::kBusy);
  if (status.ok() && FoldIsDue(Store::Moment::kBusy)) {
    const double backlog = folder_.Backlog(header_, newest_.seq);
    if (!maintains || backlog > kFoldBacklogMost) {
      status = FoldSome(FoldUnitsAfterEvent(backlog), Store::Moment::kBusy);
    }
  }
  if (!status.ok()) (void)Poison(std::move(status));
}

Result<bool> Instance::Impl::Housekeep() {
  PERDURE_TRY(Usable());
  if (group_.events != 0 || creating_) return false;
  constexpr Store::Moment kIdle = Store::Moment::kIdle;
  Status status;
  if (FoldIsDue(kIdle) && fold_open_units_ < kFoldOpenUnits) {
    status = FoldSome(kFoldUnits, kIdle);
  } else if (transaction_open_) {
    status = CommitFold();
  } else if (store_->MaintenanceIsDue(kIdle)) {
    status = Maintain(kIdle);
  } else if (warms_up_) {
    status = WarmUp();
  } else {
    return false;
  }
  if (!status.ok()) return Poison(std::move(status));
  return true;
}

// What nobody has touched yet, a piece at a time that takes about 250 us.
Status Instance::Impl::WarmUp() {
  constexpr uint64_t kChunks = 32;
  bool done = false;
  Status warmed = lazy_->Warm(kChunks, &done);
  warms_up_ = warmed.ok() && !done;
  return warmed.ok() ? warmed : LoadFailure();
}

void Instance::Impl::HousekeepToTheEnd() {
  constexpr Store::Moment kClosing = Store::Moment::kClosing;
  Status status;
  while (status.ok() && FoldIsDue(kClosing)) {
    status = FoldSome(kFoldOpenUnits, kClosing);
    if (status.ok() && transaction_open_ && fold_open_units_ >= kFoldOpenUnits) {
      status = CommitFold();
    }
  }
  if (status.ok() && transaction_open_) status = CommitFold();
  if (status.ok()) status = Maintain(kClosing);
  if (!status.ok()) (void)Poison(std::move(status));
}

}  // namespace perdure
