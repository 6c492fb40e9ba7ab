#include "rtlib/engine/store.h"

namespace perdure {

Result<bool> Store::ReadEvent(uint64_t seq, EventRecord* event) {
  uint64_t pieces = 0;
  PERDURE_ASSIGN_OR_RETURN(const bool is_there, ReadEventRow(seq, event, &pieces));
  if (is_there) PERDURE_TRY(AddPieces(pieces, event));
  return is_there;
}

Status Store::AddPieces(uint64_t pieces, EventRecord* event) {
  for (uint64_t number = 0; number < pieces; ++number) {
    PERDURE_ASSIGN_OR_RETURN(const std::string piece, ReadDeltaPiece(event->seq, number));
    event->delta += piece;
  }
  return OkStatus();
}

}  // namespace perdure
