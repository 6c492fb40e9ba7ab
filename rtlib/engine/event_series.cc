// Events that share a row (the essay is in series.h).
#include "rtlib/engine/instance_impl.h"
#include "rtlib/state/format.h"
#include "rtlib/wasi/host_table.h"

namespace perdure {

// Whether the call that has just returned may be repeated (G2).
bool Instance::Impl::FitsSeries(const perdure_type& type) const {
  const CommitPolicy& policy = options_.commit;
  const bool is_grouped = policy.kind == CommitPolicy::Kind::kInterval ||
                          (policy.kind == CommitPolicy::Kind::kEvery && policy.value > 1);
  if (!is_grouped || !series_.Takes(type) || wasi::ReachedOutside(guest_->host())) return false;
  if (lazy_ != nullptr && !lazy_->failure().ok()) return false;
  if (guest_->host().table.size() > kHostTableBytesMax) return false;  // (E12)
  return SizesAreCommitted();
}

bool Instance::Impl::SizesAreCommitted() const {
  for (uint32_t i = 0; i < program_.memory_count; ++i) {
    if (guest_->memory(i)->pages != image_->pages(i)) return false;
  }
  for (uint32_t i = 0; i < program_.table_count; ++i) {
    const TableElements live = ElementsOf(program_.tables[i], guest_->instance());
    if (program_.tables[i].is_mutable && live.bytes() != image_->table(i).size()) return false;
  }
  return true;
}

Status Instance::Impl::AddToSeries(uint32_t export_index, std::span<const uint8_t> types,
                                   std::span<const perdure_value> args, std::string_view result,
                                   Outcome* outcome) {
  const uint64_t now_ns = MonotonicNs();
  ++stats_.events;
  if (series_.empty()) {  // (G5)
    PERDURE_ASSIGN_OR_RETURN(const bool changed, AnythingChanged());
    if (!changed && guest_->host().effects.empty()) {
      ++stats_.events_unchanged;  // (E10)
      PERDURE_TRY(LetGo());
      return OkStatus();
    }
  }
  series_.Add(export_index, types, args, result, guest_->host().effects, now_ns);
  outcome->seq = newest_.seq + series_.events();
  JoinGroup(outcome->seq, now_ns);
  const bool commits = GroupIsFull(now_ns);
  return commits || series_.IsFull(now_ns) ? EndSeries(commits, now_ns) : OkStatus();
}

// Whether guest and image differ. The trackers are only looked at: the series that may begin here
// is going to be collected as a whole.
Result<bool> Instance::Impl::AnythingChanged() {
  wasi::EncodeHostTable(&guest_->host());
  DirtyChunks dirty(program_.memory_count);
  ChangeSet changes;
  Status status = FindChanges(guest_.get(), dirty, image_.get(), &changes);
  if (status.ok() && !changes.empty()) return true;
  if (status.ok()) {
    const TimeAdder timer(&stats_.track_ns);
    status = PeekDirty(*guest_, lazy_.get(), trackers_, &dirty);
    if (status.ok()) status = pre_images_->Complete(dirty);
  }
  if (status.ok()) status = FindChanges(guest_.get(), dirty, image_.get(), &changes);
  if (!status.ok()) return Poison(std::move(status));
  return !changes.empty();
}

// Puts the row of the events that share one, and commits their group or leaves it open.
Status Instance::Impl::EndSeries(bool commits, uint64_t began_ns) {
  DirtyChunks dirty;
  ChangeSet changes;
  EventRecord record;
  record.kind = EventKind::kCall;
  record.outcome = EventOutcome::kReturned;
  Status status = Collect(CollectDirty, &dirty);
  wasi::EncodeHostTable(&guest_->host());
  if (status.ok()) {
    const TimeAdder timer(&stats_.encode_ns);
    status = FindChanges(guest_.get(), dirty, image_.get(), &changes);
    if (status.ok()) status = EncodeChanges(guest_.get(), changes, *image_, &record.delta);
  }
  if (!status.ok()) return Poison(std::move(status));
  Seal(&record, changes);
  return Put(record, changes, dirty, commits, began_ns);
}

// An event was undone, and with it those before it in the series: brings these back, as a row.
Status Instance::Impl::RepeatSeries() {
  running_ = true;
  Status repeated = series_.Repeat(guest_.get());
  running_ = false;
  if (repeated.ok() && !SizesAreCommitted()) {
    repeated =
        Status(StatusCode::kFailedPrecondition,
               "a call that was repeated made a memory or table larger, which it had not done "
               "before; the group is lost");
  }
  if (lazy_ != nullptr && !lazy_->failure().ok()) return Poison(LoadFailure());
  if (!repeated.ok()) return Poison(std::move(repeated));
  return EndSeries(false, MonotonicNs());
}

}  // namespace perdure
