#include "rtlib/engine/event_replay.h"

#include <algorithm>
#include <utility>

#include "rtlib/base/text.h"
#include "rtlib/state/format.h"

namespace perdure {

Status EventReplay::Open(uint64_t seq) {
  Close();
  PERDURE_ASSIGN_OR_RETURN(const bool is_there, store_.ReadEventRow(seq, &event_, &unread_));
  if (!is_there) {
    return Status(StatusCode::kCorrupt, StrCat("event ", seq, " is missing from the log"));
  }
  hasher_.emplace();
  delta_bytes_ = 0;
  Take(std::move(event_.delta));
  is_open_ = true;
  return OkStatus();
}

void EventReplay::Close() {
  application_.reset();
  pieces_.clear();
  fed_ = 0;
  is_open_ = false;
}

Result<uint64_t> EventReplay::Step(LogPosition* position, SmallState* small, MemorySink* memory) {
  if (unread_ > 0) return ReadPiece();
  if (!application_.has_value()) {
    PERDURE_TRY(Follow(event_, {delta_bytes_, hasher_->Digest()}, position));
    application_.emplace(program_, small, memory);
  }
  Result<uint64_t> applied = Apply();
  if (applied.ok()) return applied;
  return Status(applied.status()).WithContext(StrCat("event ", event_.seq));
}

void EventReplay::Take(std::string piece) {
  hasher_->Update(piece);
  delta_bytes_ += piece.size();
  pieces_.push_back(std::move(piece));
}

Result<uint64_t> EventReplay::ReadPiece() {
  PERDURE_ASSIGN_OR_RETURN(std::string piece,
                           store_.ReadDeltaPiece(event_.seq, pieces_.size() - 1));
  const uint64_t bytes = piece.size();
  Take(std::move(piece));
  --unread_;
  return bytes;
}

Result<uint64_t> EventReplay::Apply() {
  constexpr uint64_t kBudget = kDeltaPieceBytes;
  uint64_t left = kBudget;
  for (;;) {
    PERDURE_ASSIGN_OR_RETURN(const bool goes_on, application_->Step(&left));
    const bool is_fed = fed_ == pieces_.size();
    if (goes_on && !(is_fed && application_->Finish().ok())) {
      // A frame's end is as good as any: decompressing the next one takes a step as well.
      if (left > kBudget / 2) continue;
      return kBudget - left;
    }
    if (is_fed) break;
    application_->Feed(pieces_[fed_]);
    if (fed_ > 0) std::string().swap(pieces_[fed_ - 1]);  // now: all of them at the end take long
    ++fed_;
  }
  PERDURE_TRY(application_->Finish());
  Close();
  return kBudget - left;
}

}  // namespace perdure
