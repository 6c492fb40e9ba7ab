// Settling what came of an event (the protocol is in instance.cc).
#include <algorithm>

#include "rtlib/base/text.h"
#include "rtlib/engine/global_mirror.h"
#include "rtlib/engine/instance_impl.h"
#include "rtlib/engine/record_hash.h"
#include "rtlib/state/effects.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {
// A call that has a row of its own.
Result<Outcome> Instance::Impl::SettleCall(abi::GuestEnd end, std::string input,
                                           std::string result) {
  EventRecord record;
  record.kind = EventKind::kCall;
  record.input = std::move(input);
  record.result = std::move(result);
  return Settle(std::move(end), std::move(record));
}

// From the guest's end to a settled event. `record` has its kind, input and (if it returned)
// result.
Result<Outcome> Instance::Impl::Settle(abi::GuestEnd end, EventRecord record) {
  const uint64_t began_ns = MonotonicNs();
  if (lazy_ != nullptr && !lazy_->failure().ok()) return Poison(LoadFailure());
  ++stats_.events;
  DirtyChunks dirty;
  Status status =
      Collect(end.kind == abi::GuestEnd::Kind::kTrapped ? PeekDirty : CollectDirty, &dirty);
  if (!status.ok()) return Poison(std::move(status));
  ChangeSet changes;
  if (end.kind != abi::GuestEnd::Kind::kTrapped) {
    wasi::EncodeHostTable(&guest_->host());
    const TimeAdder timer(&stats_.encode_ns);
    status = FindChanges(guest_.get(), dirty, image_.get(), &changes);
    if (!status.ok()) return Poison(std::move(status));
    status = EncodeChanges(guest_.get(), changes, *image_, &record.delta);
    if (!status.ok()) {  // (E12)
      end.kind = abi::GuestEnd::Kind::kTrapped;
      end.message = std::string(status.message());
    }
  }
  Outcome outcome;
  if (end.kind == abi::GuestEnd::Kind::kTrapped) {
    std::vector<perdure_effect> said;
    if (record.kind != EventKind::kCall) said.swap(guest_->host().effects);  // (R5)
    RollBack(dirty);                                                         // (E4)
    if (!series_.empty()) {
      PERDURE_TRY(RepeatSeries());
      dirty.assign(program_.memory_count, {});
    }
    guest_->host().effects = std::move(said);
    changes = {};
    record.outcome = EventOutcome::kTrapped;
    record.result = outcome.message = std::move(end.message);
    outcome.kind = Outcome::Kind::kTrapped;
    ++stats_.events_trapped;
  } else if (end.kind == abi::GuestEnd::Kind::kExited) {
    record.outcome = EventOutcome::kExited;
    record.result = StrCat(end.exit_status);
    outcome.kind = Outcome::Kind::kExited;
    outcome.exit_status = end.exit_status;
  } else {
    record.outcome = EventOutcome::kReturned;
    if (record.kind == EventKind::kCall && changes.empty() && guest_->host().effects.empty() &&
        series_.empty()) {
      ++stats_.events_unchanged;  // (E10)
      PERDURE_TRY(ArmAgain(changes));
      return outcome;
    }
  }
  Seal(&record, changes);
  outcome.seq = record.seq;
  PERDURE_TRY(Record(record, changes, dirty, began_ns));
  return outcome;
}

// What the trackers report for the present event, all of it: parts may have been asked for before,
// and a new guest has no history.
Status Instance::Impl::Collect(decltype(CollectDirty)* ask, DirtyChunks* dirty) {
  const TimeAdder timer(&stats_.track_ns);
  PERDURE_TRY(ask(*guest_, lazy_.get(), trackers_, dirty));
  AddRanges(held_dirty_, dirty);
  held_dirty_.clear();
  for (uint32_t i = 0; i < dirty->size() && compare_all_; ++i) {
    (*dirty)[i] = {{0, guest_->memory(i)->pages * kChunksPerPage}};
  }
  for (const auto& ranges : *dirty) stats_.chunks_dirty += ChunksIn(ranges);
  Status complete = pre_images_->Complete(*dirty);
  return complete.ok() ? complete : InState(std::move(complete));
}

// (L3)
Status Instance::Impl::LoadFailure() const { return InState(lazy_->failure()); }

Status Instance::Impl::InState(Status failure) const {
  if (failure.message().starts_with("state '")) return failure;
  return std::move(failure).WithContext(StrCat("state '", options_.state_path, "'"));
}

// The guest is as the image again.
void Instance::Impl::RollBack(const DirtyChunks& dirty) {
  const TimeAdder timer(&stats_.rollback_ns);
  DirtyChunks all;
  if (compare_all_) {
    for (uint32_t i = 0; i < program_.memory_count; ++i) {
      all.push_back({{0, image_->pages(i) * kChunksPerPage}});
    }
  }
  stats_.chunks_rolled_back += Rollback(guest_.get(), compare_all_ ? all : dirty, image_.get());
  compare_all_ = false;
}

// Fills in what every row has in common, and the events of the series in front of it. The guest's
// effects stay with it until the row is appended.
void Instance::Impl::Seal(EventRecord* record, const ChangeSet& changes) {
  series_.Describe(record);
  record->seq = newest_.seq + record->earlier_count + 1;
  record->time_us = NowUnixUs();
  if (outbox_.has_value()) outbox_->Prepare(record, &guest_->host().effects);
  record->effects += EncodeEffects(guest_->host().effects);
  record->globals = GlobalsJson(*guest_, global_names_, changes.globals);
  record->chunks = static_cast<uint32_t>(std::min<uint64_t>(changes.chunks_changed, UINT32_MAX));
  record->hash = EventHash(*record, newest_.hash);
  stats_.chunks_changed += changes.chunks_changed;
  stats_.delta_bytes += record->delta.size();
}

// Event 1, in the transaction that creates the state: the start function, then `_initialize`.
// Unlike later events it always has a row, and if it does not return there is no state (E11).
Status Instance::Impl::RunStartEvent() {
  const uint64_t began_ns = MonotonicNs();
  for (const uint32_t function : {program_.start_function, program_.initialize_function}) {
    if (function == PERDURE_NO_INDEX) continue;
    // No running_ here: nobody has the instance yet.
    const abi::GuestEnd end = guest_->Run(function, nullptr, nullptr);
    if (end.kind == abi::GuestEnd::Kind::kReturned) continue;
    const std::string why = end.kind == abi::GuestEnd::Kind::kTrapped
                                ? StrCat("trapped: ", end.message)
                                : StrCat("exited with status ", end.exit_status);
    return Status(StatusCode::kFailedPrecondition,
                  StrCat("the start event ", why, "; no state was created"));
  }
  EventRecord record;
  record.kind = EventKind::kStart;
  record.outcome = EventOutcome::kReturned;
  record.input = "start";
  DirtyChunks dirty;
  ChangeSet changes;
  PERDURE_TRY(CollectDirty(*guest_, lazy_.get(), trackers_, &dirty));
  PERDURE_TRY(pre_images_->Complete(dirty));
  wasi::EncodeHostTable(&guest_->host());
  {
    const TimeAdder timer(&stats_.encode_ns);
    PERDURE_TRY(FindChanges(guest_.get(), dirty, image_.get(), &changes));
    PERDURE_TRY(EncodeChanges(guest_.get(), changes, *image_, &record.delta)
                    .WithContext("the start event cannot be stored"));
  }
  Seal(&record, changes);
  ++stats_.events;
  transaction_open_ = true;
  JoinGroup(record.seq, MonotonicNs());
  PERDURE_TRY(AppendRow(record));
  SealHeader();
  PERDURE_TRY(store_->PutHeader(header_));
  PERDURE_TRY(CommitGroup());
  Advance(guest_.get(), changes, image_.get());
  AfterCommit(began_ns);
  return poisoned_.ok() ? ArmAgain(changes) : poisoned_;
}

}  // namespace perdure
