#include "rtlib/engine/base_reader.h"

#include <algorithm>
#include <cstring>

#include "rtlib/base/text.h"
#include "rtlib/state/chunk_blob.h"

namespace perdure {

Status BaseReader::Read(uint64_t id, uint8_t* bytes) {
  PERDURE_ASSIGN_OR_RETURN(const bool has_row, store_.ReadChunk(Image::kBase, id, &blob_));
  if (has_row != chunks_.Has(id) && !overlay_.Changes(id)) {
    return Status(StatusCode::kCorrupt,
                  StrCat("base chunk ", ChunkIdNumber(id), " of memory ", ChunkIdMemory(id),
                         has_row ? " should not be there" : " is missing"));
  }
  if (has_row) {
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, blob_, bytes, &hash));
  } else {
    std::memset(bytes, 0, kBaseChunkBytes);
  }
  overlay_.Apply(id, bytes);
  return OkStatus();
}

Result<std::optional<uint64_t>> BaseReader::Next(uint64_t from) {
  PERDURE_ASSIGN_OR_RETURN(const std::optional<uint64_t> row, store_.NextChunk(Image::kBase, from));
  const std::optional<uint64_t> changed = overlay_.Next(from);
  if (!row.has_value() || !changed.has_value()) return row.has_value() ? row : changed;
  return std::optional<uint64_t>(std::min(*row, *changed));
}

}  // namespace perdure
