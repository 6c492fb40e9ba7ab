#include "rtlib/engine/fold.h"

#include <algorithm>
#include <cstring>
#include <string>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/global_mirror.h"
#include "rtlib/state/chunk_blob.h"

namespace perdure {
namespace {

// What pieces cost, in units of about 10 us.
constexpr uint64_t kMoveUnits = 2;
constexpr uint64_t kFinishUnits = 4;
constexpr uint64_t kBytesAUnit = 16384;  // of deltas and sections read or written

Status Corrupt(std::string message) { return Status(StatusCode::kCorrupt, std::move(message)); }

// A chunk as an image has it.
struct StoredChunk {
  bool has_row = false;
  uint64_t hash = 0;  // of the row
  std::string blob;
  uint8_t raw[kBaseChunkBytes];
};

Status ReadBase(Store* store, uint64_t id, StoredChunk* chunk) {
  PERDURE_ASSIGN_OR_RETURN(chunk->has_row, store->ReadChunk(Image::kBase, id, &chunk->blob));
  if (chunk->has_row) return DecodeChunk(id, chunk->blob, chunk->raw, &chunk->hash);
  std::memset(chunk->raw, 0, sizeof(chunk->raw));
  return OkStatus();
}

// (F2)
Status ReadPast(Store* store, uint64_t id, const uint8_t* base, StoredChunk* chunk) {
  PERDURE_ASSIGN_OR_RETURN(chunk->has_row, store->ReadChunk(Image::kPast, id, &chunk->blob));
  if (chunk->has_row) return DecodeDifference(id, chunk->blob, base, chunk->raw, &chunk->hash);
  std::memcpy(chunk->raw, base, sizeof(chunk->raw));
  return OkStatus();
}

bool IsSame(const uint8_t* a, const uint8_t* b) { return std::memcmp(a, b, kBaseChunkBytes) == 0; }

// Puts what becomes of the row of `was`; `row` is null if there is none any more.
Status ReplaceRow(Store* store, Image image, uint64_t id, const StoredChunk& was,
                  const ChunkBlob* row, ImageHeader* header) {
  RowTally tally = TallyOf(*header);
  if (was.has_row) tally.RemoveChunk(was.hash);
  if (row != nullptr) tally.AddChunk(row->hash);
  tally.Store(header);
  if (row != nullptr) return store->PutChunk(image, id, row->bytes);
  return was.has_row ? store->DeleteChunk(image, id) : OkStatus();
}

Status PutBase(Store* store, uint64_t id, const StoredChunk& was, const uint8_t* raw,
               ImageHeader* header) {
  if (IsZeroChunk(raw)) return ReplaceRow(store, Image::kBase, id, was, nullptr, header);
  const ChunkBlob row = EncodeChunk(id, raw);
  return ReplaceRow(store, Image::kBase, id, was, &row, header);
}

// (F2)
Status PutPast(Store* store, uint64_t id, const StoredChunk& was, const uint8_t* raw,
               const uint8_t* base, ImageHeader* header) {
  if (IsSame(raw, base)) return ReplaceRow(store, Image::kPast, id, was, nullptr, header);
  const ChunkBlob row = EncodeDifference(id, raw, base);
  return ReplaceRow(store, Image::kPast, id, was, &row, header);
}

}  // namespace

Folder::Folder(const perdure_program& program, Store* store, uint64_t history_events)
    : program_(program),
      store_(*store),
      history_events_(history_events),
      replay_(program, store),
      small_(program) {}

// ---- when -------------------------------------------------------------------------------------

bool Folder::IsDue(const StateHeader& header, uint64_t newest_seq, Store::Moment moment) const {
  return phase_ != Phase::kResting || BaseIsDue(header, newest_seq, moment) ||
         PastIsDue(header, newest_seq, moment) || prune_;
}

bool Folder::BaseIsDue(const StateHeader& header, uint64_t newest_seq, Store::Moment moment) const {
  return newest_seq > header.base.seq &&
         (base_rows_ > FoldSlackEvents(moment) || base_weight_ > FoldSlackWeight(moment));
}

bool Folder::PastIsDue(const StateHeader& header, uint64_t newest_seq, Store::Moment moment) const {
  const uint64_t behind = PastRowsBehind(header, newest_seq);
  return behind > FoldSlackEvents(moment) || (behind > 0 && past_weight_ > FoldSlackWeight(moment));
}

// At most so many rows have left the window and are still there.
uint64_t Folder::PastRowsBehind(const StateHeader& header, uint64_t newest_seq) const {
  const uint64_t target = PastTarget(header, newest_seq);
  return target < past_row_end_ ? 0 : std::min(target - header.past.seq, past_rows_);
}

void Folder::Opened(const StateHeader& header, uint64_t rows, uint64_t weight) {
  base_rows_ = rows;
  base_weight_ = weight;
  past_rows_ = header.base.seq - header.past.seq;
  if (header.past.seq == 0) prune_ = false;  // no event comes before it
}

uint64_t Folder::PastTarget(const StateHeader& header, uint64_t newest_seq) const {
  if (history_events_ == Options::kHistoryAll || newest_seq < history_events_) {
    return header.past.seq;
  }
  return std::max(header.past.seq, std::min(header.base.seq, newest_seq - history_events_));
}

double Folder::Backlog(const StateHeader& header, uint64_t newest_seq) const {
  const uint64_t past_rows = PastRowsBehind(header, newest_seq);
  const uint64_t rows = std::max(base_rows_, past_rows);
  // What is in the window waits for nothing.
  const uint64_t weight = past_rows == 0 ? base_weight_ : std::max(base_weight_, past_weight_);
  return std::max(static_cast<double>(rows) / kFoldSlackEvents,
                  static_cast<double>(weight) / kFoldSlackWeight);
}

// A past that is behind the base, or has rows because a pass of the base was broken off, goes on
// being one until it has caught up, whatever the option says by now.
bool Folder::KeepsPast(const StateHeader& header) const {
  return history_events_ > 0 || header.past.seq < header.base.seq || header.past.chunks > 0;
}

// ---- the pass ---------------------------------------------------------------------------------

void Folder::Restart(const StateHeader& header, uint64_t newest_seq) {
  base_rows_ = newest_seq - header.base.seq;  // at most
  past_rows_ = header.base.seq - header.past.seq;
  replay_.Close();
  overlay_.Clear();
  phase_ = Phase::kResting;
  prune_ = true;
}

Result<uint64_t> Folder::Piece(StateHeader* header, uint64_t newest_seq, Store::Moment moment) {
  switch (phase_) {
    case Phase::kResting:
      return Choose(*header, newest_seq, moment);
    case Phase::kGathering:
      return Gather();
    case Phase::kMoving:
      return Move(header);
    case Phase::kFinishing:
      PERDURE_TRY(image_ == Image::kBase ? FinishBase(header) : FinishPast(header));
      phase_ = Phase::kResting;
      overlay_.Clear();
      ++passes_;
      return kFinishUnits + (small_.host_table.size() + small_.stack.size()) / kBytesAUnit;
    case Phase::kPruning:  // up to the past nobody reads them
      return Prune();
  }
  return kFinishUnits;
}

// Neither image may keep the other one waiting for good.
Result<uint64_t> Folder::Choose(const StateHeader& header, uint64_t newest_seq,
                                Store::Moment moment) {
  if (prune_) {
    PERDURE_ASSIGN_OR_RETURN(oldest_, store_.OldestEvent());
    prune_ = oldest_ != 0 && oldest_ <= header.past.seq;
    if (prune_) phase_ = Phase::kPruning;
    return 1;
  }
  const bool past_is_due = PastIsDue(header, newest_seq, moment);
  if (BaseIsDue(header, newest_seq, moment) && !(past_is_due && image_ == Image::kBase)) {
    PERDURE_TRY(Begin(Image::kBase, header, newest_seq));
  } else if (past_is_due) {
    PERDURE_TRY(Begin(Image::kPast, header, PastTarget(header, newest_seq)));
  }
  return kFinishUnits;
}

Status Folder::Begin(Image image, const StateHeader& header, uint64_t target) {
  const ImageHeader& from = image == Image::kBase ? header.base : header.past;
  RowTally sections;
  small_ = SmallState(program_);
  ChunkMap* chunks = image == Image::kBase ? &base_chunks_ : nullptr;
  PERDURE_TRY(ReadSections(image, program_, &store_, &small_, chunks, &sections));
  old_sections_ = sections.digest;
  image_ = image;
  target_ = target;
  position_ = {from.seq, from.hash};
  cursor_ = 0;
  gathered_events_ = gathered_bytes_ = gathered_weight_ = 0;
  phase_ = Phase::kGathering;
  return OkStatus();
}

Result<uint64_t> Folder::Prune() {
  PERDURE_ASSIGN_OR_RETURN(const bool is_done, store_.DeleteEventsThrough(oldest_));
  if (is_done) phase_ = Phase::kResting;
  return prune_cost_;
}

Result<uint64_t> Folder::Gather() {
  if (!replay_.is_open()) {
    PERDURE_TRY(replay_.Open(position_.seq + 1));
    if (replay_.event().seq > target_) {
      // The window begins within a series, which has no states between its events.
      if (gathered_events_ == 0) past_row_end_ = replay_.event().seq;
      replay_.Close();
      phase_ = gathered_events_ == 0 ? Phase::kResting : Phase::kMoving;
      target_ = position_.seq;
      return 1;
    }
  }
  PERDURE_ASSIGN_OR_RETURN(const uint64_t bytes, replay_.Step(&position_, &small_, &overlay_));
  if (!replay_.is_open()) Gathered();
  return 1 + bytes / kBytesAUnit;
}

void Folder::Gathered() {
  ++gathered_events_;
  gathered_bytes_ += replay_.delta_bytes();
  gathered_weight_ += FoldWeight(replay_.event(), replay_.delta_bytes());
  if (position_.seq == target_ || gathered_events_ == kFoldPassEvents ||
      overlay_.bytes() >= kFoldPassBytes) {
    target_ = position_.seq;
    phase_ = Phase::kMoving;
  }
}

Result<uint64_t> Folder::Move(StateHeader* header) {
  ImageHeader& moving = image_ == Image::kBase ? header->base : header->past;
  moving.folding_seq = std::max(moving.folding_seq, target_);
  if (image_ == Image::kBase && !KeepsPast(*header)) header->past.folding_seq = moving.folding_seq;
  PERDURE_ASSIGN_OR_RETURN(const std::optional<uint64_t> id, NextTarget());
  if (!id.has_value()) {
    phase_ = Phase::kFinishing;
    return 1;
  }
  PERDURE_TRY(image_ == Image::kBase ? MoveBase(*id, header) : MovePast(*id, header));
  cursor_ = *id + 1;
  overlay_.Drop(*id);  // now: all of them at the end of a pass would take a millisecond
  return kMoveUnits;
}

// The next chunk that the overlay changes.
Result<std::optional<uint64_t>> Folder::NextTarget() {
  std::optional<uint64_t> next = overlay_.Next(cursor_);
  if (!overlay_.LostAny()) return next;
  PERDURE_ASSIGN_OR_RETURN(const std::optional<uint64_t> lost, NextLost(cursor_));
  if (lost.has_value() && (!next.has_value() || *lost < *next)) return lost;
  return next;
}

// The next row, of either image, of a chunk that a memory lost on the way.
Result<std::optional<uint64_t>> Folder::NextLost(uint64_t from) {
  for (uint32_t memory = ChunkIdMemory(from); memory < program_.memory_count; ++memory) {
    uint64_t lost_from;
    if (!overlay_.LostFrom(memory, &lost_from)) continue;
    std::optional<uint64_t> nearest;
    for (const Image image : {Image::kBase, Image::kPast}) {
      PERDURE_ASSIGN_OR_RETURN(const std::optional<uint64_t> id,
                               store_.NextChunk(image, std::max(from, lost_from)));
      if (id.has_value() && ChunkIdMemory(*id) == memory) {
        nearest = std::min(nearest.value_or(*id), *id);
      }
    }
    if (nearest.has_value()) return nearest;
  }
  return std::optional<uint64_t>();
}

Status Folder::MoveBase(uint64_t id, StateHeader* header) {
  StoredChunk base;
  PERDURE_TRY(ReadBase(&store_, id, &base));
  uint8_t moved[kBaseChunkBytes];
  std::memcpy(moved, base.raw, sizeof(moved));
  overlay_.Apply(id, moved);
  base_chunks_.Set(id, !IsZeroChunk(moved));
  if (IsSame(moved, base.raw)) return OkStatus();
  if (KeepsPast(*header)) {
    StoredChunk past;
    PERDURE_TRY(ReadPast(&store_, id, base.raw, &past));
    PERDURE_TRY(PutPast(&store_, id, past, past.raw, moved, &header->past));
  }
  return PutBase(&store_, id, base, moved, &header->base);
}

Status Folder::MovePast(uint64_t id, StateHeader* header) {
  StoredChunk base, past;
  PERDURE_TRY(ReadBase(&store_, id, &base));
  PERDURE_TRY(ReadPast(&store_, id, base.raw, &past));
  uint8_t moved[kBaseChunkBytes];
  std::memcpy(moved, past.raw, sizeof(moved));
  overlay_.Apply(id, moved);
  if (IsSame(moved, past.raw)) return OkStatus();
  return PutPast(&store_, id, past, moved, base.raw, &header->past);
}

Status Folder::FinishBase(StateHeader* header) {
  const bool keeps_past = KeepsPast(*header);
  if (keeps_past && header->past.seq == header->base.seq) {
    SmallState before(program_);
    RowTally ignored, past = TallyOf(header->past);
    ChunkMap chunks;
    PERDURE_TRY(ReadSections(Image::kBase, program_, &store_, &before, &chunks, &ignored));
    PERDURE_TRY(PutSections(Image::kPast, before, nullptr, program_, &store_, &past));
    past.Store(&header->past);
  }
  RowTally tally = TallyOf(header->base);
  tally.RemoveSection(old_sections_);
  PERDURE_TRY(PutSections(Image::kBase, small_, &base_chunks_, program_, &store_, &tally));
  PERDURE_TRY(PutGlobalMirrors(program_, small_, &store_));
  tally.Store(&header->base);
  header->base.seq = position_.seq;
  header->base.hash = position_.hash;
  base_weight_ -= std::min(base_weight_, gathered_weight_);
  base_rows_ -= std::min(base_rows_, gathered_events_);
  if (keeps_past) {
    past_weight_ += gathered_weight_;
    past_rows_ += gathered_events_;
    return OkStatus();
  }
  header->past = header->base;
  header->past.chunks = header->past.digest = 0;
  prune_cost_ = PruneCost();
  prune_ = true;
  return OkStatus();
}

// A piece of an event's delta at most.
uint64_t Folder::PruneCost() const {
  return 1 + std::min<uint64_t>(gathered_bytes_ / gathered_events_, kDeltaPieceBytes) / kBytesAUnit;
}

Status Folder::FinishPast(StateHeader* header) {
  RowTally tally = TallyOf(header->past);
  tally.RemoveSection(old_sections_);
  if (position_.seq < header->base.seq) {
    PERDURE_TRY(PutSections(Image::kPast, small_, nullptr, program_, &store_, &tally));
  } else {
    PERDURE_TRY(store_.DeleteSections(Image::kPast));
    // Where a pass of the base was broken off, the past still has rows of the chunks it moved (F2).
    const bool base_is_whole = header->base.folding_seq <= header->base.seq;
    if (base_is_whole && tally != RowTally{}) {
      return Corrupt("the rows of the past are not those of the header");
    }
  }
  tally.Store(&header->past);
  header->past.seq = position_.seq;
  header->past.hash = position_.hash;
  past_weight_ -= std::min(past_weight_, gathered_weight_);
  past_rows_ -= std::min(past_rows_, gathered_events_);
  past_row_end_ = 0;
  prune_cost_ = PruneCost();
  prune_ = true;
  return OkStatus();
}

}  // namespace perdure
