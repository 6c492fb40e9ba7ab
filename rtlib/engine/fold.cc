#include "rtlib/engine/fold.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>

#include "rtlib/base/check.h"
#include "rtlib/base/text.h"
#include "rtlib/engine/base_rows.h"
#include "rtlib/engine/global_mirror.h"
#include "rtlib/state/chunk_blob.h"
#include "rtlib/state/delta_reader.h"

namespace perdure {
namespace {

// Base chunks being changed; read from the store when first touched.
class ChunkSink final : public MemorySink {
 public:
  explicit ChunkSink(Store* store) : store_(*store) {}

  // A grown memory has no new chunks until they are written; a smaller one loses those above.
  Status Resize(uint32_t memory, uint64_t before, uint64_t pages) override {
    for (uint64_t i = pages * kChunksPerPage; i < before * kChunksPerPage; ++i) {
      const uint64_t id = ChunkId(memory, i);
      if (!chunks_.contains(id)) {
        PERDURE_ASSIGN_OR_RETURN(const std::optional<std::string> blob, store_.ReadChunk(id));
        if (!blob.has_value()) continue;
      }
      PERDURE_ASSIGN_OR_RETURN(Chunk * chunk, Touch(id));
      chunk->raw.fill(0);
    }
    return OkStatus();
  }

  Status Write(uint32_t memory, uint64_t offset, std::string_view bytes) override {
    while (!bytes.empty()) {
      const uint64_t in_chunk = offset % kBaseChunkBytes;
      const size_t length =
          static_cast<size_t>(std::min<uint64_t>(bytes.size(), kBaseChunkBytes - in_chunk));
      PERDURE_ASSIGN_OR_RETURN(Chunk * chunk, Touch(ChunkId(memory, offset / kBaseChunkBytes)));
      std::memcpy(chunk->raw.data() + in_chunk, bytes.data(), length);
      bytes.remove_prefix(length);
      offset += length;
    }
    return OkStatus();
  }

  // Puts the chunks back: a chunk that became all zeros loses its row.
  Status Put(BaseTally* tally) {
    for (const auto& [id, chunk] : chunks_) {
      if (chunk.stored_hash.has_value()) tally->RemoveChunk(*chunk.stored_hash);
      if (!IsZeroChunk(chunk.raw.data())) {
        const ChunkBlob blob = EncodeChunk(id, chunk.raw.data());
        tally->AddChunk(blob.hash);
        if (chunk.stored_hash != blob.hash) PERDURE_TRY(store_.PutChunk(id, blob.bytes));
      } else if (chunk.stored_hash.has_value()) {
        PERDURE_TRY(store_.DeleteChunk(id));
      }
    }
    return OkStatus();
  }

  size_t size() const { return chunks_.size(); }

 private:
  struct Chunk {
    std::optional<uint64_t> stored_hash;  // nullopt: no row, all zeros
    std::array<uint8_t, kBaseChunkBytes> raw = {};
  };

  Result<Chunk*> Touch(uint64_t id) {
    const auto [place, is_new] = chunks_.try_emplace(id);
    Chunk* chunk = &place->second;
    if (!is_new) return chunk;
    PERDURE_ASSIGN_OR_RETURN(const std::optional<std::string> blob, store_.ReadChunk(id));
    if (!blob.has_value()) return chunk;
    uint64_t hash;
    PERDURE_TRY(DecodeChunk(id, *blob, chunk->raw.data(), &hash));
    chunk->stored_hash = hash;
    return chunk;
  }

  Store& store_;
  std::map<uint64_t, Chunk> chunks_;
};

// Replays events behind *position up to `target` or the bounds of a batch.
Status ReplayBatch(const perdure_program& program, uint64_t target, Store* store, SmallState* small,
                   ChunkSink* sink, LogPosition* position) {
  uint64_t events = 0;
  // A visitor can end a walk only by an error; this one says that the batch is full.
  bool is_full = false;
  Status walked = store->ForEachEvent(position->seq, [&](const EventRecord& event) {
    if (event.seq > target || events == kFoldBatchEvents ||
        (events > 0 && sink->size() >= kFoldBatchChunks)) {
      is_full = true;
      return Status(StatusCode::kNotFound, "batch is full");
    }
    ++events;
    PERDURE_TRY(Follow(event, position));
    return ApplyDelta(event.delta, program, small, sink).WithContext(StrCat("event ", event.seq));
  });
  if (!walked.ok() && !is_full) return walked;
  if (events != 0) return OkStatus();
  return Status(StatusCode::kCorrupt,
                StrCat("event ", position->seq + 1, " is missing from the log"));
}

Status FoldBatch(const perdure_program& program, uint64_t target, LogPosition newest, Store* store,
                 StateHeader* header) {
  BaseTally old_sections;
  SmallState small(program);
  PERDURE_TRY(ReadSections(program, store, &small, &old_sections));
  ChunkSink sink(store);
  LogPosition base = {header->base_seq, header->base_hash};
  PERDURE_TRY(ReplayBatch(program, target, store, &small, &sink, &base));

  BaseTally tally = {header->base_chunks, header->base_digest};
  tally.RemoveSection(old_sections.digest);
  PERDURE_TRY(sink.Put(&tally));
  PERDURE_TRY(PutSections(small, program, store, &tally));
  PERDURE_TRY(PutGlobalMirrors(program, small, store));
  PERDURE_TRY(store->DeleteEventsThrough(base.seq));
  header->base_seq = base.seq;
  header->base_hash = base.hash;
  header->base_chunks = tally.chunks;
  header->base_digest = tally.digest;
  header->sealed_seq = newest.seq;
  header->sealed_hash = newest.hash;
  header->hash = HeaderHash(*header);
  return store->PutHeader(*header);
}

}  // namespace

bool ShouldFold(const StateHeader& header, uint64_t newest_seq, uint64_t history_events,
                uint64_t delta_bytes_since_fold, bool closing) {
  if (history_events == Options::kHistoryAll) return false;
  const uint64_t kept = newest_seq - header.base_seq;
  if (kept <= history_events) return false;
  const uint64_t slack = closing ? kFoldSlackEventsClosing : kFoldSlackEvents;
  return kept - history_events > slack || delta_bytes_since_fold > kFoldSlackBytes;
}

Status Fold(const perdure_program& program, uint64_t target, LogPosition newest, Store* store,
            StateHeader* header, uint64_t* batches) {
  PERDURE_CHECK(header->base_seq <= target && target <= newest.seq, "fold target outside the log");
  while (header->base_seq < target) {
    PERDURE_TRY(store->Begin());
    StateHeader next = *header;
    Status folded = FoldBatch(program, target, newest, store, &next);
    if (folded.ok()) folded = store->Commit();
    if (!folded.ok()) {
      store->Abort();
      return folded;
    }
    *header = next;
    ++*batches;
  }
  return OkStatus();
}

}  // namespace perdure
